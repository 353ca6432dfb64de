import type { CounterLabels, LabelledCounter, PlainCounter } from '../metrics.ts';
import type { NewRecord, NewRow, SeenKey } from '../store.ts';
import type { Account } from './account.ts';

/** Something to be counted once the decision is durable. */
export type Count =
  | { name: PlainCounter; by: number }
  | { [Name in LabelledCounter]: { name: Name; by: number; labels: CounterLabels<Name> } }[LabelledCounter];

/**
 * What a rule decided: the account as it is now to be, and everything that must be written in the same commit.
 * `account: null` changes nothing and is not committed.
 */
export interface Decision<Reply> {
  account: Account | null;
  reply: Reply;
  rows?: NewRow[];
  removeRows?: string[];
  seen?: SeenKey[];
  /** Kinds: `ask` (receipts), `ledger`, `audit`, and `alert`, which the operator is told at once. */
  records?: NewRecord[];
  counts?: Count[];
}
