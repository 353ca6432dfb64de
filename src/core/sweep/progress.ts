import type { Store } from '../store.ts';
import type { Millis } from '../time.ts';

/** What a sweep found, as the operator is shown it. */
export interface SweepFigures {
  /** Sum of the differences between Dodo's balances and ours, in tokens; usage on its way is none. */
  tokens: number;
  /** Accounts that differ. */
  accounts: number;
  /** Tokens used that Dodo's ledger does not show yet, of all customers. */
  unsettled: number;
  /** Customers with a balance that are no account's. */
  strangers: number;
}

export interface SweepReport extends SweepFigures {
  finishedAt: Millis;
}

/** How far a sweep has come. */
export interface SweepUnderWay extends SweepFigures {
  /** When it last got on. */
  movedAt: Millis;
  /** Counted from 0: the one to read next. */
  page: number;
}

export interface SweepProgress {
  underWay: SweepUnderWay | null;
  last: SweepReport | null;
}

/** Kept in the store, so that another process goes on where this one ended. */
const FACT = 'sweep';

/** @returns where the sweep of all processes stands; nothing under way and none before at the very first */
export async function readSweepProgress(store: Pick<Store, 'fact'>): Promise<SweepProgress> {
  const fact = await store.fact(FACT);
  return fact === null ? { underWay: null, last: null } : (JSON.parse(fact) as SweepProgress);
}

/** Throws when the store is down. */
export function writeSweepProgress(store: Pick<Store, 'setFact'>, progress: SweepProgress): Promise<void> {
  return store.setFact(FACT, JSON.stringify(progress));
}
