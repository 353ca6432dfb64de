import type { CustomerBalance } from '../dodo/billing.ts';
import { type Millis, SECOND } from '../time.ts';
import type { Account } from './account.ts';
import { clawedTokens } from './available.ts';

/** Dodo may note the time of a customer's last transaction a little apart from that of its ledger row. */
const TIME_SLACK: Millis = 5 * SECOND;

/** A difference that a reading has not mended is read for again after so many sweeps: about an hour. */
const ASKED_AGAIN_AFTER = 12;

/** How Dodo's list of balances and an account compare. */
export interface Drift {
  /** Tokens by which the two differ that no usage on its way to us explains. */
  tokens: number;
  /**
   * - same: nothing differs.
   * - in_flight: Dodo shows only what we know: usage that we sent, or its list is older than what we have heard.
   * - moved: the figures agree, but rows have come at Dodo that did not come here.
   * - unread: the ledger was not read yet.
   * - less, more: Dodo has less, or more, than we give the member credit for.
   */
  kind: 'same' | 'in_flight' | 'moved' | 'unread' | 'less' | 'more';
}

/** What a sweep saw of an account that differed. */
export interface Sighting {
  listed: CustomerBalance;
  /** The row of Dodo's ledger that the account stood at. */
  rowId: string | null;
  /** How many sweeps ago a reading was asked for because of it; null: none was. */
  askedAgo: number | null;
}

/** What a sweep makes of one account. */
export interface Judgement {
  /** The ledger is to be read. */
  asks: boolean;
  /** What the next sweep must know; null: no difference. */
  sighting: Sighting | null;
  /** The difference as the operator is shown it; null: none worth it. */
  drift: number | null;
}

/** Compares an account with its line in Dodo's list of balances. Neither clock of ours comes into it. */
export function driftOf(account: Account, listed: CustomerBalance): Drift {
  const { ledger } = account;
  const worth = listed.balance - listed.overage;
  if (ledger === null) return { kind: 'unread', tokens: Math.abs(worth) };
  const { lastTransactionAt } = listed;
  const missing = worth - (ledger.balance - ledger.overage);
  if (listed.balance === ledger.balance && listed.overage === ledger.overage) {
    const hasMoved = lastTransactionAt !== null && lastTransactionAt > ledger.rowAt + TIME_SLACK;
    return { kind: hasMoved ? 'moved' : 'same', tokens: 0 };
  }
  // The page was written before a row that has come here since.
  if (lastTransactionAt !== null && lastTransactionAt < ledger.rowAt) return { kind: 'in_flight', tokens: 0 };
  if (missing > 0) return { kind: 'more', tokens: missing };
  const unexplained = Math.max(0, -missing - sentTokens(account));
  return unexplained === 0 ? { kind: 'in_flight', tokens: 0 } : { kind: 'less', tokens: unexplained };
}

/** What Dodo may have taken off already: usage that was sent, and what is clawed back; neither seen in its ledger. */
function sentTokens(account: Account): number {
  const { open } = account.debited;
  const inBatches = account.metered.batches.reduce((sum, batch) => sum + batch.tokens, 0);
  return inBatches + (open === null || open.isSeen ? 0 : open.tokens) + clawedTokens(account);
}

/**
 * What is to be done about an account as a sweep sees it: its ledger is read at once when the member is owed something,
 * and else when a difference has outlived the time from one sweep to the next. What one reading does not mend, a second
 * one right after it would not either.
 * @param before what the sweep before saw of it; null: no difference
 */
export function judgeDrift(account: Account, listed: CustomerBalance, before: Sighting | null): Judgement {
  const { kind, tokens } = driftOf(account, listed);
  if (kind === 'same') return { asks: false, sighting: null, drift: null };
  const seen: Sighting = { listed, rowId: account.ledger?.rowId ?? null, askedAgo: null };
  const isAsSeen = before !== null && isSame(before, seen);
  const hasLasted = before !== null && (isAsSeen || isUnexplained(before, account));
  if (isAsSeen && before.askedAgo !== null) {
    // Figures that agree are not worth another reading.
    const asks = kind !== 'moved' && before.askedAgo + 1 >= ASKED_AGAIN_AFTER;
    const sighting = { ...seen, askedAgo: asks ? 0 : before.askedAgo + 1 };
    return { asks, sighting, drift: kind === 'moved' ? null : rawDifference(account, listed) };
  }
  const asks = kind === 'more' || kind === 'unread' || hasLasted;
  const isShown = asks || kind === 'less';
  const drift = hasLasted ? rawDifference(account, listed) : tokens;
  return { asks, sighting: { ...seen, askedAgo: asks ? 0 : null }, drift: isShown ? drift : null };
}

function rawDifference(account: Account, listed: CustomerBalance): number {
  const worth = listed.balance - listed.overage;
  return Math.abs(worth - ((account.ledger?.balance ?? 0) - (account.ledger?.overage ?? 0)));
}

function isSame(a: Sighting, b: Sighting): boolean {
  return (
    a.rowId === b.rowId &&
    a.listed.balance === b.listed.balance &&
    a.listed.overage === b.listed.overage &&
    a.listed.lastTransactionAt === b.listed.lastTransactionAt
  );
}

/** Rows that Dodo had by then have still not come; a busy member's figures change from sweep to sweep meanwhile. */
function isUnexplained(before: Sighting, account: Account): boolean {
  const { lastTransactionAt } = before.listed;
  if (lastTransactionAt === null) return before.rowId === (account.ledger?.rowId ?? null);
  return account.ledger === null || account.ledger.rowAt < lastTransactionAt;
}
