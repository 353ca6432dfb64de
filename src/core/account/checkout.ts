import { type Catalogue, type ProductKey, planOf } from '../catalogue.ts';
import type { CheckoutSession } from '../dodo/billing.ts';
import { DAY, MINUTE, type Millis } from '../time.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import type { Account, Checkout } from './account.ts';
import type { Decision } from './decision.ts';
import { currentPlan } from './plan-change.ts';
import type { Rules } from './rules.ts';

/** Dodo's checkout sessions can be paid for this long (docs.dodopayments.com, checkout sessions). */
const SESSION_LIFE: Millis = DAY;

/** A webhook of a payment may be retried for more than a day after it. */
const NONCE_LIFE: Millis = 7 * DAY;

/** A session that Dodo was asked for and did not answer in this time is given up. */
const ASKED_LIFE: Millis = MINUTE;

/** Sessions remembered for one account. */
const CHECKOUTS_KEPT = 20;

export interface CheckoutWish {
  product: ProductKey;
  quantity: number;
  buyer: WalletUser;
  nonce: string;
}

export type CheckoutReply =
  /** Ask Dodo for a session, then note it with `decideCheckoutOpened`. */
  | { kind: 'create'; customerId: string | null }
  /** The session that is open already, for the very same. */
  | { kind: 'same'; url: string }
  /** Another product's session is open: pay or leave that one first. */
  | { kind: 'other_open'; product: ProductKey; isPlan: boolean; url: string }
  | { kind: 'has_plan'; planName: string }
  /** Another session is being asked for at this moment. */
  | { kind: 'busy' };

/**
 * Whether a member gets a new checkout. Until an account has a customer only one session is open at a time: each
 * would make a customer of its own, and an account never has two.
 */
export function decideCheckout(
  account: Account,
  wish: CheckoutWish,
  rules: Rules,
  now: Millis,
): Decision<CheckoutReply> {
  if (planOf(rules.catalogue, wish.product) !== null) {
    const current = currentPlan(account, rules);
    if (current !== null) return { account: null, reply: { kind: 'has_plan', planName: current.plan.name } };
  }
  if (account.customerId === null) {
    const asked = account.checkouts.find((open) => open.session === null && now - open.openedAt < ASKED_LIFE);
    if (asked !== undefined) return { account: null, reply: { kind: 'busy' } };
    const payable = account.checkouts.find((open) => now - open.openedAt < SESSION_LIFE && open.session !== null);
    if (payable?.session)
      return { account: null, reply: replyFor(payable, payable.session.url, wish, rules.catalogue) };
  }
  const checkout: Checkout = { ...wish, openedAt: now, session: null };
  const kept = account.checkouts.filter((old) => now - old.openedAt < NONCE_LIFE).slice(1 - CHECKOUTS_KEPT);
  return {
    account: { ...account, checkouts: [...kept, checkout] },
    reply: { kind: 'create', customerId: account.customerId },
  };
}

function replyFor(open: Checkout, url: string, wish: CheckoutWish, catalogue: Catalogue): CheckoutReply {
  const isSame = open.product === wish.product && open.quantity === wish.quantity;
  if (isSame) return { kind: 'same', url };
  return { kind: 'other_open', product: open.product, isPlan: planOf(catalogue, open.product) !== null, url };
}

/** Notes the session that Dodo has made, or forgets the checkout when there is none. */
export function decideCheckoutOpened(account: Account, nonce: string, session: Checkout['session']): Decision<void> {
  const checkouts =
    session === null
      ? account.checkouts.filter((checkout) => checkout.nonce !== nonce)
      : account.checkouts.map((checkout) => (checkout.nonce === nonce ? { ...checkout, session } : checkout));
  return { account: { ...account, checkouts }, reply: undefined };
}

/** Sessions that may still be paid, or were paid and not heard of: the newest first. */
export function openCheckouts(account: Account, now: Millis): (Checkout & { session: CheckoutSession })[] {
  return account.checkouts
    .flatMap((checkout) => (checkout.session === null ? [] : [{ ...checkout, session: checkout.session }]))
    .filter((checkout) => now - checkout.openedAt < SESSION_LIFE)
    .reverse();
}

/** Forgets a checkout whose credits have come. */
export function decideCheckoutDone(account: Account, nonce: string): Decision<void> {
  const checkouts = account.checkouts.filter((checkout) => checkout.nonce !== nonce);
  const isKnown = checkouts.length < account.checkouts.length;
  return { account: isKnown ? { ...account, checkouts } : null, reply: undefined };
}
