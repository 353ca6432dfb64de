import { type Plan, planOfProduct } from '../catalogue.ts';
import { DAY, MINUTE, type Millis } from '../time.ts';
import type { Account, KnownSubscription } from './account.ts';
import type { Moment, Rules } from './rules.ts';

/** The meter must have run before a grant goes: what expires within this time is not lent out. */
const EXPIRY_MARGIN: Millis = 3 * MINUTE;

/** Tokens reserved by asks that are running. */
export function heldTokens(account: Account): number {
  return account.holds.reduce((sum, hold) => sum + hold.tokens, 0);
}

/** Tokens used that Dodo's ledger does not show yet. */
export function unsettledTokens(account: Account): number {
  const { metered, debited } = account;
  const inBatches = metered.batches.reduce((sum, batch) => sum + batch.tokens, 0);
  const { open } = debited;
  return metered.waiting + inBatches + debited.waiting + (open === null || open.isSeen ? 0 : open.tokens);
}

/** Tokens of refunded or disputed payments that are being taken and are still in the balance. */
export function clawedTokens(account: Account): number {
  return account.clawbacks.reduce((sum, { open }) => {
    const isComing = open !== null && open.direction === 'debit' && open.seen === null;
    return sum + (isComing ? open.tokens : 0);
  }, 0);
}

/** What is left of grants that are about to expire, or have expired and not yet left the balance. */
export function expiringTokens(account: Account, dodoNow: Millis): number {
  return account.grants
    .filter((grant) => grant.expiresAt !== null && grant.expiresAt <= dodoNow + EXPIRY_MARGIN)
    .reduce((sum, grant) => sum + grant.remaining, 0);
}

/** The subscription that runs, with its plan; the earliest when there are several. */
export function runningPlan(account: Account, rules: Rules): { subscription: KnownSubscription; plan: Plan } | null {
  const [first] = runningPlans(account, rules);
  return first ?? null;
}

/** Every running subscription to one of our plans, the earliest first. */
export function runningPlans(account: Account, rules: Rules): { subscription: KnownSubscription; plan: Plan }[] {
  const running: { subscription: KnownSubscription; plan: Plan }[] = [];
  for (const subscription of account.subscriptions) {
    const plan = subscription.status === 'active' ? planOfProduct(rules.catalogue, subscription.productId) : null;
    if (plan !== null) running.push({ subscription, plan });
  }
  return running.sort(
    ({ subscription: a }, { subscription: b }) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1),
  );
}

/** The most overage that a member may run up in a cycle. */
export interface OverageCap {
  tokens: number;
  /** Micro-dollars per token. */
  price: number;
  /** Whose limit it is: a member can raise only their own. */
  setBy: 'member' | 'operator' | 'dodo';
}

/** null: no active, paid plan that has overage. */
export function overageCap(account: Account, rules: Rules): OverageCap | null {
  const running = runningPlan(account, rules);
  const price = running?.plan.overageMicroDollars ?? null;
  if (price === null || running?.subscription.overage?.enabled !== true) return null;
  const { capCents } = account.alerts;
  const isMembers = capCents !== null && capCents < rules.overageCapCents;
  const tokens = Math.floor(((isMembers ? capCents : rules.overageCapCents) * 10_000) / price);
  const limit = running.subscription.overage.limitTokens;
  if (limit !== null && limit < tokens) return { tokens: limit, price, setBy: 'dodo' };
  return { tokens, price, setBy: isMembers ? 'member' : 'operator' };
}

/** Tokens of overage that the member may still use: none without an active, paid plan that has overage. */
export function overageStillAllowed(account: Account, rules: Rules): number {
  const cap = overageCap(account, rules);
  if (cap === null || account.ledger === null) return 0;
  return Math.max(0, cap.tokens - account.ledger.overage);
}

/** What a new hold may take. Never below zero; zero while no balance is confirmed. */
export function availableTokens(account: Account, rules: Rules, moment: Moment): number {
  if (account.ledger === null) return 0;
  return Math.max(0, freeTokens(account, moment) + overageStillAllowed(account, rules));
}

/** What lasts of the balance less everything that is claimed of it already; below zero where overage is being used. */
export function freeTokens(account: Account, moment: Moment): number {
  const balance = account.ledger?.balance ?? 0;
  const lasting = balance - Math.min(balance, expiringTokens(account, moment.dodoNow));
  return lasting - unsettledTokens(account) - heldTokens(account) - clawedTokens(account);
}

/** What the member has left as far as is known: the balance less what was used of it. Running asks are not counted. */
export function leftTokens(account: Account): number {
  return Math.max(0, (account.ledger?.balance ?? 0) - unsettledTokens(account) - clawedTokens(account));
}

/** Tokens by the day on which they expire (Dodo's clock), the earliest first; those that never do are left out. */
export function lastingTokens(account: Account): { tokens: number; expiresAt: Millis }[] {
  const days = new Map<number, { tokens: number; expiresAt: Millis }>();
  for (const { remaining, expiresAt } of account.grants) {
    if (remaining === 0 || expiresAt === null) continue;
    const day = Math.floor(expiresAt / DAY);
    const known = days.get(day);
    days.set(day, {
      tokens: remaining + (known?.tokens ?? 0),
      expiresAt: Math.min(expiresAt, known?.expiresAt ?? expiresAt),
    });
  }
  return [...days.values()].sort((a, b) => a.expiresAt - b.expiresAt);
}
