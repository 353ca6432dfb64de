import type { LedgerRow } from '../dodo/billing.ts';
import type { NewRow } from '../store.ts';
import { MINUTE, type Millis } from '../time.ts';
import type { Account, Clawback, ClawbackIntent } from './account.ts';
import { withClawback } from './claim.ts';
import { afterClaim } from './clawback.ts';
import { closeIntent } from './clawback-row.ts';
import type { Decision } from './decision.ts';
import { usageShownBy } from './ledger-row.ts';
import { requestReconcile } from './reconcile.ts';

/** When the ledger is read for an entry whose row has not come by webhook. */
const CHECK_AFTER: Millis = 2 * MINUTE;

interface Found {
  clawback: Clawback;
  open: ClawbackIntent;
}

function find(account: Account, key: string): Found | null {
  const clawback = account.clawbacks.find(({ open }) => open?.key === key);
  return clawback === undefined || clawback.open === null ? null : { clawback, open: clawback.open };
}

/** The dedupe key of the row that Dodo's answer names. */
export function answeredRowKey(rowId: string): string {
  return `row:${rowId}`;
}

/**
 * Dodo has booked the entry.
 * @param rowId the ledger row that it became; null: Dodo knew the key already, and the ledger was read since
 * @param seen whether the account has seen `answeredRowKey`
 */
export function decideClawbackBooked(
  account: Account,
  key: string,
  rowId: string | null,
  seen: ReadonlySet<string>,
  now: Millis,
): Decision<void> {
  const found = find(account, key);
  if (found === null || found.open.sentAt !== null) return { account: null, reply: undefined };
  const { open } = found;
  const tokens = open.direction === 'debit' ? open.tokens : -open.tokens;
  const clawback = afterClaim(found.clawback, open.claimId, tokens);
  const isSettled = rowId === null || open.seen?.id === rowId || seen.has(answeredRowKey(rowId));
  if (isSettled) {
    const closed = closeIntent(account, clawback, now);
    return { account: closed.account, reply: undefined, rows: closed.rows };
  }
  const sent: Account = withClawback(account, { ...clawback, open: { ...open, rowId, seen: null, sentAt: now } });
  const next = requestReconcile(giveRowBack(sent, open.seen), 'clawback', now + CHECK_AFTER, now);
  return { account: next.account, reply: undefined, rows: next.rows };
}

/** Dodo's balance does not cover the debit; the ledger was read since, and what is there is taken under a new key. */
export function decideClawbackInsufficient(account: Account, key: string, now: Millis): Decision<void> {
  const found = find(account, key);
  if (found === null || found.open.sentAt !== null) return { account: null, reply: undefined };
  const { clawback, open } = found;
  const claims = clawback.claims.map((claim) =>
    claim.id === open.claimId ? { ...claim, round: claim.round + 1 } : claim,
  );
  const closed = closeIntent(giveRowBack(account, open.seen), { ...clawback, claims }, now);
  return { account: closed.account, reply: undefined, rows: closed.rows };
}

/** A row that was taken for the entry was another's of the same amount: usage of the member. */
function giveRowBack(account: Account, row: LedgerRow | null): Account {
  return row === null || row.isCredit ? account : usageShownBy(account, row).account;
}

/** Entries that Dodo took long ago and that a reading since does not show: the balance that was read has them. */
export function closeUnseen(
  account: Account,
  isOverdue: (since: Millis | null) => boolean,
  now: Millis,
): { account: Account; rows: NewRow[] } {
  let after = account;
  const rows: NewRow[] = [];
  for (const clawback of account.clawbacks) {
    if (clawback.open === null || !isOverdue(clawback.open.sentAt)) continue;
    const closed = closeIntent(after, clawback, now);
    after = closed.account;
    rows.push(...closed.rows);
  }
  return { account: after, rows };
}
