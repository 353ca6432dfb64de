import type { LedgerRow } from '../dodo/billing.ts';
import type { NewRow } from '../store.ts';
import type { Millis } from '../time.ts';
import { type Account, isWholeHead, type LedgerHead } from './account.ts';
import { settleClawback } from './clawback-row.ts';
import { settleIntent } from './debit.ts';
import type { Count } from './decision.ts';
import { armLowBalance } from './low-balance.ts';
import { noticeId, noticeRow } from './notice.ts';
import { armOverage } from './overage-cap.ts';
import { areApart, joins } from './row-order.ts';
import type { Moment, Rules } from './rules.ts';

/** What one ledger row brings about, besides moving the balance. */
export interface RowEffect {
  account: Account;
  rows: NewRow[];
  counts: Count[];
  /** Part of the row that no usage of ours explains. */
  foreign: number;
  /** Why the member has less left than before; null: has not. */
  lowers: 'usage' | 'expiry' | null;
}

/**
 * Where the ledger stands after a row.
 * A row older than the newest one never moves the balance, even when it seems to join on: balances repeat (zero does
 * every month), and a late credit must not count twice. A row that does not join on marks a gap. Of rows of one instant
 * that leave in doubt which is the last, the lower state holds until the ledger was read.
 */
export function advance(head: LedgerHead, row: LedgerRow, moment: Moment): { head: LedgerHead; gap: boolean } {
  const joinsOn = joins(row, head);
  const changes = row.balanceAfter !== head.balance || row.overageAfter !== head.overage;
  const isLate = row.createdAt < head.rowAt;
  if (isLate) return { head, gap: joinsOn && changes };
  const anchorAt = areApart(head.rowAt, row.createdAt) ? head.rowAt : head.anchorAt;
  const after = headAfter(row, anchorAt, moment, zeroSeenAt(head, row, moment));
  const isWhole = isWholeHead(head);
  if (row.createdAt === head.rowAt && !(joinsOn && isWhole)) return { head: inDoubt(head, after), gap: true };
  return { head: joinsOn && isWhole ? after : { ...after, wholeUntil: head.wholeUntil }, gap: !joinsOn };
}

/** The ledger's state as this row left it, nothing before it being missed. */
export function headAfter(row: LedgerRow, anchorAt: Millis, moment: Moment, zeroAt: Millis | null): LedgerHead {
  return {
    balance: row.balanceAfter,
    overage: row.overageAfter,
    rowId: row.id,
    rowAt: row.createdAt,
    rowsBeside: [],
    anchorAt,
    wholeUntil: row.createdAt,
    confirmedAt: moment.now,
    zeroAt: row.balanceAfter === 0 ? moment.now : zeroAt,
  };
}

/** Of two states of one instant, the one that lends out less; nothing of that instant counts as whole any more. */
export function inDoubt(head: LedgerHead, other: LedgerHead): LedgerHead {
  const isLower = other.balance - other.overage < head.balance - head.overage;
  const chosen = isLower ? other : head;
  const rows = new Set([head.rowId, other.rowId, ...head.rowsBeside].filter((id) => id !== null));
  if (chosen.rowId !== null) rows.delete(chosen.rowId);
  return { ...chosen, rowsBeside: [...rows], wholeUntil: Math.min(head.wholeUntil, head.rowAt - 1) };
}

/** A balance that a row lifts from zero was at zero until that row. */
function zeroSeenAt(head: LedgerHead, row: LedgerRow, moment: Moment): Millis | null {
  return head.balance === 0 || row.balanceBefore === 0 ? moment.now : head.zeroAt;
}

/** The notice of a purchase is told once, however many rows a purchase makes. */
export function purchaseKey(row: LedgerRow): string {
  return row.referenceType === 'payment' && row.referenceId !== null
    ? `told:payment:${row.referenceId}`
    : `told:row:${row.id}`;
}

/**
 * Everything that follows from a row seen for the first time, whatever its place in the order.
 * @param inSequence every row before this one has had its effect
 */
export function effectOf(
  account: Account,
  row: LedgerRow,
  seen: ReadonlySet<string>,
  inSequence: boolean,
  rules: Rules,
  moment: Moment,
): RowEffect {
  const nothing = { rows: [], counts: [], foreign: 0, lowers: null };
  const ours = settleClawback(account, row, moment.now);
  if (row.isCredit && row.type !== 'overage_reset') {
    const armed = armLowBalance(ours?.account ?? account, row, inSequence);
    return ours === null ? credited(armed, row, seen, rules, moment) : { ...nothing, account: armed, rows: ours.rows };
  }
  if (ours !== null) {
    const settled = ours.mistaken === null ? ours.account : usageShownBy(ours.account, ours.mistaken).account;
    return { ...nothing, account: drawnFromGrant(settled, row), rows: ours.rows };
  }
  if (row.type === 'overage_reset') return { ...nothing, account: armOverage(account) };
  const shown = usageShownBy(drawnFromGrant(account, row), row);
  if (shown.tokens === 0) return { ...nothing, account: shown.account, lowers: shown.isOurs ? null : lowering(row) };
  if (shown.foreign === 0) return { ...nothing, account: shown.account };
  return {
    account: shown.account,
    rows: [],
    counts: [{ name: 'tokens_foreign', by: shown.foreign }],
    foreign: shown.foreign,
    lowers: 'usage',
  };
}

/**
 * What a row that takes tokens settles of the account's usage: a debit of ours, else what was metered.
 * @returns tokens: what the row shows as metered; foreign: the part of it that no usage of ours explains
 */
export function usageShownBy(
  account: Account,
  row: LedgerRow,
): { account: Account; isOurs: boolean; tokens: number; foreign: number } {
  if (isOurDebit(account, row)) return { account: settleIntent(account), isOurs: true, tokens: 0, foreign: 0 };
  const tokens = meteredTokens(row);
  const { account: shrunk, left } = shrinkUnsettled(account, tokens);
  return { account: tokens === 0 ? account : shrunk, isOurs: false, tokens, foreign: left };
}

/** A row that is no usage: expired, taken back, adjusted. */
function lowering(row: LedgerRow): RowEffect['lowers'] {
  if (row.balanceAfter >= row.balanceBefore) return null;
  return row.type === 'credit_expired' || row.type === 'rollover_forfeited' ? 'expiry' : 'usage';
}

function credited(
  account: Account,
  row: LedgerRow,
  seen: ReadonlySet<string>,
  rules: Rules,
  moment: Moment,
): RowEffect {
  const nothing = { account, foreign: 0, lowers: null };
  if (seen.has(purchaseKey(row))) return { ...nothing, rows: [], counts: [] };
  const facts = { kind: 'credits_added', tokens: row.amount, balance: row.balanceAfter } as const;
  const id = noticeId(rules.hash, `credits:${purchaseKey(row)}`);
  return {
    ...nothing,
    rows: [noticeRow(account, facts, id, moment.now)],
    counts: [{ name: 'notices', by: 1 }],
  };
}

/** While a debit of ours is under way, a row of its amount is that debit. */
function isOurDebit(account: Account, row: LedgerRow): boolean {
  const { open } = account.debited;
  const byHand = row.type === 'credit_deducted' || row.type === 'manual_adjustment';
  return open !== null && !open.isSeen && byHand && !row.isCredit && row.amount === open.tokens;
}

/** Tokens of usage that a row shows as metered; zero for every other type. */
function meteredTokens(row: LedgerRow): number {
  if (row.type === 'credit_deducted') return row.amount;
  if (row.type === 'overage_charged') return Math.max(0, row.overageAfter - row.overageBefore);
  return 0;
}

/** What a row took is no longer in its grant; an expired grant is gone. */
function drawnFromGrant(account: Account, row: LedgerRow): Account {
  if (row.grantId === null) return account;
  if (row.type === 'credit_expired') {
    return { ...account, grants: account.grants.filter((grant) => grant.id !== row.grantId) };
  }
  const taken = Math.max(0, row.balanceBefore - row.balanceAfter);
  const grants = account.grants.map((grant) =>
    grant.id === row.grantId ? { ...grant, remaining: Math.max(0, grant.remaining - taken) } : grant,
  );
  return { ...account, grants };
}

/** Settles what was sent to the meter, oldest first; what still waits cannot have been deducted. */
function shrinkUnsettled(account: Account, amount: number): { account: Account; left: number } {
  let left = amount;
  const batches = account.metered.batches.map((batch) => {
    const taken = Math.min(batch.tokens, left);
    left -= taken;
    return taken === 0 ? batch : { ...batch, tokens: batch.tokens - taken };
  });
  const open = batches.filter((batch) => batch.tokens > 0 || batch.unanswered > 0);
  return { account: { ...account, metered: { ...account.metered, batches: open } }, left };
}
