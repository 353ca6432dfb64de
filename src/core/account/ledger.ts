import type { Grant, LedgerRow } from '../dodo/billing.ts';
import type { NewRecord, NewRow, SeenKey } from '../store.ts';
import { DAY, MINUTE, type Millis } from '../time.ts';
import { type Account, isWholeHead, type LedgerHead } from './account.ts';
import { closeUnseen } from './clawback-answer.ts';
import { scheduleDebit } from './debit.ts';
import type { Count, Decision } from './decision.ts';
import { advance, effectOf, headAfter, inDoubt, purchaseKey, type RowEffect } from './ledger-row.ts';
import { noteLowBalance } from './low-balance.ts';
import { noteOverage } from './overage-cap.ts';
import { DEDUCTION_PATIENCE, requestLookLater, requestReconcile } from './reconcile.ts';
import { anchorOf, inOrder } from './row-order.ts';
import type { Moment, Rules } from './rules.ts';
import { closeOverdue } from './write-off.ts';

/** For how long a ledger row's id is known; an older row is kept and ignored. */
const ROW_ID_KEPT: Millis = 400 * DAY;

/** Rows of one instant may become readable a little later than newer ones. */
const READ_OVERLAP: Millis = 5 * MINUTE;

/** The dedupe keys that a decision about these rows needs to know of. */
export function keysOfRows(rows: readonly LedgerRow[]): string[] {
  return rows.flatMap((row) => [rowKey(row), purchaseKey(row)]);
}

function rowKey(row: LedgerRow): string {
  return `row:${row.id}`;
}

interface Applied {
  account: Account;
  rows: NewRow[];
  seen: SeenKey[];
  records: NewRecord[];
  counts: Count[];
  lowers: RowEffect['lowers'];
  /** Something about these rows can only be known by reading the ledger. */
  doubt: 'gap' | 'grants' | null;
}

/**
 * Rows that came by webhook. Each takes effect once, in any order; the ledger is read when they leave a doubt.
 * @param seen which of `keysOfRows` the account has seen
 */
export function decideRows(
  account: Account,
  rows: readonly LedgerRow[],
  seen: ReadonlySet<string>,
  rules: Rules,
  moment: Moment,
): Decision<void> {
  const applied = tellLimits(applyRows(account, rows, seen, rules, moment, advance), rules, moment);
  const next =
    applied.doubt === null
      ? { account: applied.account, rows: [] }
      : requestReconcile(applied.account, applied.doubt, moment.now, moment.now);
  return {
    account: next.account,
    reply: undefined,
    rows: [...applied.rows, ...next.rows],
    seen: applied.seen,
    records: applied.records,
    counts: applied.counts,
  };
}

export interface LedgerReading {
  /** The request that this reading answers. */
  seq: number;
  rows: readonly LedgerRow[];
  grants: readonly Grant[];
  /** Our clock: what happened later may not be in it. */
  startedAt: Millis;
}

/**
 * From when on (Dodo's clock) the ledger must be read to miss nothing, overlapping; null: the newest page will do.
 * The row before those of the newest moment is read again as well, since the order of these follows from it.
 */
export function readLedgerSince(account: Account): Millis | null {
  const { wholeUntil, anchorAt } = account.ledger ?? EMPTY_LEDGER;
  if (wholeUntil <= 0) return null;
  return (anchorAt === 0 ? wholeUntil : Math.min(wholeUntil, anchorAt)) - READ_OVERLAP;
}

/** Rows and grants as read from Dodo: the truth about everything before the reading began. */
export function decideReading(
  account: Account,
  reading: LedgerReading,
  seen: ReadonlySet<string>,
  rules: Rules,
  moment: Moment,
): Decision<void> {
  const ours = reading.rows.filter((row) => row.entitlementId === rules.catalogue.entitlementId);
  const placed: Account = { ...account, ledger: headAsRead(account, ours, moment) };
  const effects = applyRows(placed, ours, seen, rules, moment, null);
  const read: Account = {
    ...effects.account,
    grants: [...reading.grants],
    reconcile: { ...effects.account.reconcile, done: Math.max(effects.account.reconcile.done, reading.seq) },
  };
  const isOverdue = (since: Millis | null) => since !== null && since + DEDUCTION_PATIENCE <= reading.startedAt;
  const clawed = closeUnseen(read, isOverdue, moment.now);
  const closed = closeOverdue(clawed.account, reading.startedAt, moment);
  const lowers = effects.lowers ?? 'usage';
  const applied = tellLimits({ ...effects, account: closed.account, lowers }, rules, moment);
  const debit = scheduleDebit(applied.account, moment.now);
  const next = requestLookLater(debit.account, reading.startedAt, moment.now);
  return {
    account: next.account,
    reply: undefined,
    rows: [...applied.rows, ...clawed.rows, ...debit.rows, ...next.rows],
    seen: applied.seen,
    records: [...applied.records, ...closed.records],
    counts: [...applied.counts, ...closed.counts],
  };
}

/** Once all rows have had their effect: between two of them what is left may look lower than it is. */
function tellLimits(applied: Applied, rules: Rules, moment: Moment): Applied {
  const { lowers } = applied;
  const low =
    lowers === null ? { account: applied.account, rows: [] } : noteLowBalance(applied.account, lowers, rules, moment);
  const over = noteOverage(low.account, rules, moment);
  const told = [...low.rows, ...over.rows];
  return {
    ...applied,
    account: over.account,
    rows: [...applied.rows, ...told],
    counts: told.length === 0 ? applied.counts : [...applied.counts, { name: 'notices', by: told.length }],
  };
}

const EMPTY_LEDGER: LedgerHead = {
  balance: 0,
  overage: 0,
  rowId: null,
  rowAt: 0,
  rowsBeside: [],
  anchorAt: 0,
  wholeUntil: 0,
  confirmedAt: 0,
  zeroAt: null,
};

/**
 * A webhook may have been quicker than the reading: the newer of the two holds. A reading that shows the rows that we
 * stand at is no older than they, whatever the times say; where that cannot be told, the lower state holds.
 */
function headAsRead(account: Account, rows: readonly LedgerRow[], moment: Moment): LedgerHead {
  const ledger = account.ledger ?? EMPTY_LEDGER;
  const ordered = inOrder(rows);
  const newest = ordered.at(-1);
  const touchedZero = rows.some((row) => row.createdAt >= ledger.rowAt && row.balanceAfter === 0);
  const wasZero = account.ledger?.balance === 0 || (account.ledger !== null && touchedZero);
  const zeroAt = wasZero ? moment.now : ledger.zeroAt;
  const asBefore: LedgerHead = { ...ledger, zeroAt, confirmedAt: moment.now };
  if (newest === undefined) return asBefore;
  const asRead = headAfter(newest, anchorOf(ordered) ?? ledger.anchorAt, moment, zeroAt);
  const shown = new Set<string | null>(rows.map((row) => row.id));
  const showsAll = [ledger.rowId, ...ledger.rowsBeside].every((id) => shown.has(id));
  if (newest.createdAt > ledger.rowAt || showsAll) return asRead;
  return newest.createdAt === ledger.rowAt ? inDoubt(asBefore, asRead) : asBefore;
}

/** @param move how each row moves the head; null: it stands where a reading has put it, and the rows are in sequence */
function applyRows(
  account: Account,
  rows: readonly LedgerRow[],
  seenBefore: ReadonlySet<string>,
  rules: Rules,
  moment: Moment,
  move: typeof advance | null,
): Applied {
  const known = new Set(seenBefore);
  const applied: Applied = { account, rows: [], seen: [], records: [], counts: [], lowers: null, doubt: null };
  for (const row of inOrder(rows)) {
    if (row.entitlementId !== rules.catalogue.entitlementId) {
      applied.counts.push({ name: 'ledger_rows_foreign', by: 1 });
    } else if (known.has(rowKey(row))) {
      applied.counts.push({ name: 'ledger_rows_repeated', by: 1 });
    } else if (row.createdAt < moment.dodoNow - ROW_ID_KEPT) {
      applied.counts.push({ name: 'ledger_rows_repeated', by: 1 });
      applied.records.push(recordOf(row, moment));
    } else {
      const inSequence = move === null || moveHead(applied, row, moment, move);
      applyEffect(applied, row, known, inSequence, rules, moment);
    }
  }
  return applied;
}

/** @returns whether the row is the head now, with nothing missing before it */
function moveHead(applied: Applied, row: LedgerRow, moment: Moment, move: typeof advance): boolean {
  const { ledger } = applied.account;
  if (ledger === null) return false;
  const moved = move(ledger, row, moment);
  applied.account = { ...applied.account, ledger: moved.head };
  if (moved.gap) {
    applied.doubt = 'gap';
    applied.counts.push({ name: 'ledger_gaps', by: 1 });
  }
  return moved.head.rowId === row.id && isWholeHead(moved.head);
}

function applyEffect(
  applied: Applied,
  row: LedgerRow,
  known: Set<string>,
  inSequence: boolean,
  rules: Rules,
  moment: Moment,
): void {
  const effect = effectOf(applied.account, row, known, inSequence, rules, moment);
  applied.account = effect.account;
  if (effect.lowers !== null && applied.lowers !== 'expiry') applied.lowers = effect.lowers;
  if (row.isCredit || row.type === 'credit_expired') applied.doubt ??= 'grants';
  applied.rows.push(...effect.rows);
  applied.counts.push({ name: 'ledger_rows', by: 1 }, ...effect.counts);
  for (const key of [rowKey(row), ...(row.isCredit ? [purchaseKey(row)] : [])]) {
    known.add(key);
    applied.seen.push({ key, expiresAt: moment.now + ROW_ID_KEPT });
  }
  applied.records.push(recordOf(effect.foreign > 0 ? { ...row, foreign: effect.foreign } : row, moment));
}

function recordOf(row: LedgerRow & { foreign?: number }, moment: Moment): NewRecord {
  return { kind: 'ledger', id: row.id, at: moment.now, body: row };
}
