import type { LedgerRow } from '../dodo/billing.ts';
import type { NewRow } from '../store.ts';
import type { Millis } from '../time.ts';
import type { Account, Clawback, ClawbackIntent } from './account.ts';
import { scheduleClawback, withClawback } from './claim.ts';

const TYPES_OF: Record<ClawbackIntent['direction'], readonly string[]> = {
  debit: ['credit_deducted', 'manual_adjustment'],
  credit: ['credit_added', 'manual_adjustment'],
};

export interface SettledClawback {
  account: Account;
  rows: NewRow[];
  /** A row that was taken for the entry before, and is usage after all. */
  mistaken: LedgerRow | null;
}

/**
 * Whether a ledger row is an entry of ours that takes tokens of a refunded payment or gives them back. Once Dodo has
 * answered, the row is known by its id. Before, a row of its amount is taken for it, and the answer tells whether it
 * was: usage, or a debit of usage, may happen to have the same amount. Of two such rows, one that cannot be metered
 * usage is the likelier.
 * @returns null: the row is something else
 */
export function settleClawback(account: Account, row: LedgerRow, now: Millis): SettledClawback | null {
  const exact = account.clawbacks.find(({ open }) => open !== null && open.rowId === row.id);
  if (exact !== undefined) return { ...closeIntent(account, exact, now), mistaken: null };
  for (const clawback of account.clawbacks) {
    const { open } = clawback;
    if (open === null || open.rowId !== null || !fits(open, row)) continue;
    const isLikelier = open.seen?.type === 'credit_deducted' && row.type === 'manual_adjustment';
    if (open.seen !== null && !isLikelier) continue;
    const noted = withClawback(account, { ...clawback, open: { ...open, seen: row } });
    return { account: noted, rows: [], mistaken: open.seen };
  }
  return null;
}

/** The entry is in the ledger: what has become due meanwhile is worked on next. */
export function closeIntent(account: Account, clawback: Clawback, now: Millis): { account: Account; rows: NewRow[] } {
  return scheduleClawback(withClawback(account, { ...clawback, open: null }), clawback.paymentId, now);
}

/** Rows of metered usage point to the subscription, those of a purchase to what was bought. */
function fits(open: ClawbackIntent, row: LedgerRow): boolean {
  const isOfCatalogue = row.referenceType === 'subscription' || row.referenceType === 'payment';
  const isCredit = open.direction === 'credit';
  return (
    !isOfCatalogue &&
    row.isCredit === isCredit &&
    row.amount === open.tokens &&
    TYPES_OF[open.direction].includes(row.type)
  );
}
