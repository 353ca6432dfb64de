import type { NewRecord, NewRow, SeenKey } from '../store.ts';
import type { Account } from './account.ts';

/** Something to be counted once the decision is durable. */
export interface Count {
  name: CountName;
  by: number;
}

export type CountName =
  | 'asks_held'
  | 'asks_clamped'
  | 'asks_refused'
  | 'asks_repeated'
  | 'asks_settled'
  | 'settles_repeated'
  | 'tokens_charged'
  | 'tokens_beyond_hold'
  | 'tokens_written_off'
  | 'tokens_foreign'
  | 'tokens_taken_back'
  | 'tokens_given_back'
  | 'tokens_lost_to_refunds'
  | 'ledger_rows'
  | 'ledger_rows_repeated'
  | 'ledger_rows_foreign'
  | 'ledger_gaps'
  | 'notices'
  | 'alerts';

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
