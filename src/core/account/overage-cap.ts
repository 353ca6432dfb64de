import type { NewRow } from '../store.ts';
import { type Account, isWholeHead } from './account.ts';
import { type OverageCap, overageCap, unsettledTokens } from './available.ts';
import type { Decision } from './decision.ts';
import { noticeId, noticeRow } from './notice.ts';
import type { Moment, Rules } from './rules.ts';

/** Shares of the cap at which the member is told, in percent. */
const THRESHOLDS = [50, 80, 100];

/** Tokens of overage in this cycle, with what was used beyond the balance and is not in Dodo's ledger yet. */
export function overageUsed(account: Account): number {
  if (account.ledger === null) return 0;
  return account.ledger.overage + Math.max(0, unsettledTokens(account) - account.ledger.balance);
}

/** What so many tokens of overage cost, rounded down. */
export function overageCents(tokens: number, { price }: Pick<OverageCap, 'price'>): number {
  return Math.floor((tokens * price) / 10_000);
}

function reachedShare(account: Account, cap: OverageCap): number | null {
  const used = overageUsed(account);
  if (cap.tokens === 0 || used === 0) return null;
  return THRESHOLDS.findLast((percent) => used * 100 >= cap.tokens * percent) ?? null;
}

/**
 * Tells the highest share of the cap that was newly reached; once each in a cycle. Nothing is told while rows of the
 * ledger are missing, since what is used is not known then.
 * @param isStopped an ask was refused for want of tokens: what is left of the cap serves no further answer
 */
export function noteOverage(
  account: Account,
  rules: Rules,
  moment: Moment,
  isStopped = false,
): { account: Account; rows: NewRow[] } {
  const nothing = { account, rows: [] };
  const cap = overageCap(account, rules);
  if (cap === null || account.ledger === null || !isWholeHead(account.ledger)) return nothing;
  const isSpent = isStopped && cap.tokens > 0 && overageUsed(account) > 0;
  const percent = isSpent ? 100 : reachedShare(account, cap);
  const { capTold, capEpisode } = account.alerts;
  if (percent === null || (capTold !== null && percent <= capTold)) return nothing;
  const facts = {
    kind: 'overage_cap',
    percent,
    usedCents: overageCents(overageUsed(account), cap),
    capCents: overageCents(cap.tokens, cap),
    setBy: cap.setBy,
    episode: capEpisode,
  } as const;
  const id = noticeId(rules.hash, `overage:${account.id}:${capEpisode}:${percent}`);
  return {
    account: { ...account, alerts: { ...account.alerts, capTold: percent } },
    rows: [noticeRow(account, facts, id, moment.now)],
  };
}

/** The overage was invoiced: a new cycle begins at nothing, and everything may be told again. */
export function armOverage(account: Account): Account {
  const { alerts } = account;
  return { ...account, alerts: { ...alerts, capTold: null, capEpisode: alerts.capEpisode + 1 } };
}

export interface AlertsWish {
  capCents?: number;
  isLowTold?: boolean;
}

/**
 * Takes over what a member has chosen. A cap above the operator's counts as the operator's. Another cap is told about
 * afresh; a share of it that is reached already is not told, since the member is shown it right now.
 */
export function decideAlerts(account: Account, wish: AlertsWish, rules: Rules): Decision<Account> {
  const capCents =
    wish.capCents === undefined ? account.alerts.capCents : Math.min(wish.capCents, rules.overageCapCents);
  const isLowTold = wish.isLowTold ?? account.alerts.isLowTold;
  const chosen: Account = { ...account, alerts: { ...account.alerts, capCents, isLowTold } };
  if (capCents === account.alerts.capCents) {
    return { account: isLowTold === account.alerts.isLowTold ? null : chosen, reply: chosen };
  }
  const armed = armOverage(chosen);
  const cap = overageCap(armed, rules);
  const capTold = cap === null ? null : reachedShare(armed, cap);
  const changed: Account = { ...armed, alerts: { ...armed.alerts, capTold } };
  return { account: changed, reply: changed };
}
