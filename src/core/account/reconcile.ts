import type { NewRow } from '../store.ts';
import { HOUR, MINUTE, type Millis } from '../time.ts';
import type { Account } from './account.ts';
import type { Decision } from './decision.ts';

/** By then Dodo's worker, which runs about once a minute, must have shown a deduction. */
export const DEDUCTION_PATIENCE: Millis = 15 * MINUTE;

/** A reading that is under way for so long may have been lost from sight; one more does no harm. */
const READING_LIFE: Millis = HOUR;

/** Why an account's ledger is to be read. */
export type ReconcileReason =
  | 'first_contact'
  | 'gap'
  | 'grants'
  | 'stale'
  | 'unsettled'
  | 'debit'
  | 'clawback'
  | 'swept'
  | 'operator';

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
  const underWay = outstanding && dueBy !== null && now - dueBy < READING_LIFE;
  if (stillToCome || (underWay && reason === 'stale')) return { account, rows: [] };
  const seq = requested + 1;
  const body: ReconcileBody = { seq, reason };
  return {
    account: { ...account, reconcile: { requested: seq, done, dueBy: dueAt } },
    rows: [{ id: `reconcile:${account.id}:${seq}`, topic: 'reconcile', accountId: account.id, dueAt, body }],
  };
}

/**
 * What was sent to Dodo and is not in the ledger as just read is looked for once more when it is overdue. What is
 * overdue already was dealt with, and what Dodo has not answered yet is looked for after its answer.
 */
export function requestLookLater(
  account: Account,
  readingStartedAt: Millis,
  now: Millis,
): { account: Account; rows: NewRow[] } {
  const { metered, debited, clawbacks } = account;
  const sentAt = metered.batches.map((batch) => (batch.unanswered > 0 ? null : batch.acceptedAt));
  const byHand = [debited.open, ...clawbacks.map(({ open }) => open)].map((open) => open?.sentAt ?? null);
  const dueAt = [...sentAt, ...byHand]
    .filter((at) => at !== null)
    .map((at) => at + DEDUCTION_PATIENCE + MINUTE)
    .filter((at) => at > readingStartedAt + MINUTE);
  if (dueAt.length === 0) return { account, rows: [] };
  return requestReconcile(account, 'unsettled', Math.min(...dueAt), now);
}

/** Whether a request still needs a reading: no later one has been made, and what it was to look after is still open. */
export function isReadingDue(account: Account, request: ReconcileBody): boolean {
  if (account.reconcile.done >= request.seq) return false;
  const isForSent = ['unsettled', 'debit', 'clawback'].includes(request.reason);
  const isClawing = account.clawbacks.some(({ open }) => open !== null);
  return !isForSent || account.metered.batches.length > 0 || account.debited.open !== null || isClawing;
}

/** A request that needed no reading is done, unless one before it is still to be answered: done counts both. */
export function decideReadingSkipped(account: Account, seq: number): Decision<void> {
  if (account.reconcile.done !== seq - 1) return { account: null, reply: undefined };
  return { account: { ...account, reconcile: { ...account.reconcile, done: seq } }, reply: undefined };
}
