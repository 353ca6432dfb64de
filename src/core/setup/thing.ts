import { compare, type Difference, type Fields } from './compare.ts';
import type { Standing } from './setup.ts';

/** One thing that is to stand at Dodo: how it is found, compared, made and changed. */
export interface Thing<Setup extends object> {
  /** For messages, such as `plan "NeuralAPI Pro"`. */
  title: string;
  wanted: Setup;
  fields: Fields<Setup>;
  /** Throws SetupProblem when several could be meant, and BillingError. */
  find(): Promise<Found<Setup> | null>;
  /** @returns its id */
  create(): Promise<string>;
  /** null: Dodo cannot change it. */
  update: ((id: string) => Promise<void>) | null;
}

export interface Found<Setup> extends Standing<Setup> {
  /** It carries our mark, or is of a kind that carries none. */
  isMarked: boolean;
}

/** What stands at Dodo, beside what is wanted. */
export interface Sight {
  title: string;
  /** null: it is not there. */
  id: string | null;
  isMarked: boolean;
  differences: Difference[];
}

/** Finds a thing and compares it, changing nothing. Throws SetupProblem and BillingError. */
export async function look<Setup extends object>(thing: Thing<Setup>): Promise<Sight> {
  const found = await thing.find();
  return {
    title: thing.title,
    id: found?.id ?? null,
    isMarked: found?.isMarked ?? false,
    differences: found === null ? [] : compare(found.setup, thing.wanted, thing.fields),
  };
}
