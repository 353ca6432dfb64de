import type { NewRow } from '../store.ts';
import type { Millis } from '../time.ts';
import type { Account } from './account.ts';
import type { Decision } from './decision.ts';

/** Why an account's ledger is to be read. */
export type ReconcileReason = 'first_contact' | 'gap' | 'grants' | 'stale' | 'unsettled' | 'debit';

export interface ReconcileBody {
  seq: number;
  reason: ReconcileReason;
}

/**
 * Asks the reconciler to read this account's ledger at `dueAt`.
 * A request that is still to come by then serves as well; one that is being worked on does not, since what it reads
 * may be older than the reason for this one.
 */
export function requestReconcile(
  account: Account,
  reason: ReconcileReason,
  dueAt: Millis,
  now: Millis,
): { account: Account; rows: NewRow[] } {
  const { requested, done, dueBy } = account.reconcile;
  const outstanding = requested > done;
  const stillToCome = outstanding && dueBy !== null && dueBy > now && dueBy <= dueAt;
  if (stillToCome || (outstanding && reason === 'stale')) return { account, rows: [] };
  const seq = requested + 1;
  const body: ReconcileBody = { seq, reason };
  return {
    account: { ...account, reconcile: { requested: seq, done, dueBy: dueAt } },
    rows: [{ id: `reconcile:${account.id}:${seq}`, topic: 'reconcile', accountId: account.id, dueAt, body }],
  };
}

/** Whether a request still needs a reading: no later one has been made, and what it was to look after is still open. */
export function isReadingDue(account: Account, request: ReconcileBody): boolean {
  if (account.reconcile.done >= request.seq) return false;
  if (request.reason === 'unsettled') return account.metered.batches.length > 0;
  if (request.reason === 'debit') return account.debited.open !== null;
  return true;
}

/** A request that needed no reading is done. */
export function decideReadingSkipped(account: Account, seq: number): Decision<void> {
  const done = Math.max(account.reconcile.done, seq);
  return { account: { ...account, reconcile: { ...account.reconcile, done } }, reply: undefined };
}
