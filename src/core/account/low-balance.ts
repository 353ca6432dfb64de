import type { LedgerRow } from '../dodo/billing.ts';
import type { NewRow } from '../store.ts';
import { MINUTE, type Millis } from '../time.ts';
import { type Account, isWholeHead } from './account.ts';
import { leftTokens, overageStillAllowed, unsettledTokens } from './available.ts';
import { noticeId, noticeRow } from './notice.ts';
import type { Moment, Rules } from './rules.ts';

/** Shares of the last grant at which the member is told, in percent. */
const THRESHOLDS = [20, 5, 0];

/** A renewal's credits come shortly after the old ones expire; nobody is to be warned in between. */
const EXPIRY_PATIENCE: Millis = 5 * MINUTE;

function reachedThreshold(granted: number, left: number): number | null {
  if (granted === 0) return null;
  const reached = THRESHOLDS.filter((percent) => left * 100 <= granted * percent);
  return reached.at(-1) ?? null;
}

/**
 * Tells a threshold that was newly crossed, unless the member wants to hear of none; once each until new credits arm
 * them again. Nothing is told while rows are
 * missing, since what is left is not known then; the reading that brings them tells.
 */
export function noteLowBalance(
  account: Account,
  cause: 'usage' | 'expiry',
  rules: Rules,
  moment: Moment,
): { account: Account; rows: NewRow[] } {
  const { told, granted, episode } = account.lowBalance;
  const isKnown = account.ledger !== null && isWholeHead(account.ledger);
  const percent = isKnown ? reachedThreshold(granted, leftTokens(account)) : null;
  if (percent === null || (told !== null && percent >= told)) return { account, rows: [] };
  const toldAt = { ...account, lowBalance: { ...account.lowBalance, told: percent } };
  if (!account.alerts.isLowTold) return { account: toldAt, rows: [] };
  const facts = {
    kind: 'low_balance',
    percent,
    left: leftTokens(account),
    granted,
    episode,
    overage: overageStillAllowed(account, rules) > 0,
  } as const;
  const id = noticeId(rules.hash, `low:${account.id}:${episode}:${percent}`);
  const dueAt = cause === 'expiry' ? moment.now + EXPIRY_PATIENCE : moment.now;
  return { account: toldAt, rows: [noticeRow(account, facts, id, dueAt)] };
}

/**
 * New credits arm the thresholds again, for shares of what was granted last; a late row of an older grant does not.
 * A threshold that the credits themselves do not lift the balance above is not crossed, so it is not told.
 * @param inSequence what is unsettled is what was so when the credits came
 */
export function armLowBalance(account: Account, credit: LedgerRow, inSequence: boolean): Account {
  if (credit.createdAt < account.lowBalance.grantedAt) return account;
  const left = Math.max(0, credit.balanceAfter - unsettledTokens(account));
  return {
    ...account,
    lowBalance: {
      granted: credit.amount,
      grantedAt: credit.createdAt,
      told: inSequence ? reachedThreshold(credit.amount, left) : null,
      episode: account.lowBalance.episode + 1,
    },
  };
}
