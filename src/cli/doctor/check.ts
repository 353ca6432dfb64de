/** Something that is not as it should be. */
export interface Finding {
  /** `error`: something does not work, or loses money. `warning`: it works, and may not always. */
  severity: 'error' | 'warning';
  /** What was looked at. */
  about: string;
  expected: string;
  came: string;
  /** What to do, in words. */
  cure: string;
  /** What is seen because of it, in the words in which operators ask about it. */
  symptom?: string;
}

/** One thing that is looked at. It changes nothing. */
export interface Check {
  id: string;
  title: string;
  /** Variables without which it cannot be made. */
  needs: readonly string[];
  /** @throws Skipped; anything else is itself a finding */
  run(): Promise<Finding[]>;
}

/** A check that cannot be made, and need not count as a fault. */
export class Skipped extends Error {
  override name = 'Skipped';
}

/** What several checks look at is asked once. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask();
    return asked;
  };
}

/** A fault that another check tells of is not told again. @throws Skipped when `asked` did not work */
export function orSkip<T>(asked: Promise<T>, why: string): Promise<T> {
  return asked.catch((reason: unknown) => {
    throw reason instanceof Skipped ? reason : new Skipped(why);
  });
}

export const error = (finding: Omit<Finding, 'severity'>): Finding => ({ severity: 'error', ...finding });
export const warning = (finding: Omit<Finding, 'severity'>): Finding => ({ severity: 'warning', ...finding });
