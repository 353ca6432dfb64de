import { planOfProduct } from '../catalogue.ts';
import type { Payment, Subscription } from '../dodo/billing.ts';
import type { NewRow } from '../store.ts';
import { DAY, MINUTE, type Millis, SECOND } from '../time.ts';
import type { Account, Checkout, KnownSubscription } from './account.ts';
import { lastingTokens, runningPlans } from './available.ts';
import type { Decision } from './decision.ts';
import { noticeId, noticeRow } from './notice.ts';
import { closePlanChange } from './plan-change.ts';
import { requestReconcile } from './reconcile.ts';
import type { Moment, Rules } from './rules.ts';

/** Subscriptions remembered for one account; those that ended are forgotten first. */
const SUBSCRIPTIONS_KEPT = 10;

/** As long as a dispute or a replay may bring a payment up again. */
const PAYMENT_KEPT: Millis = 400 * DAY;

/** By then the credits of a payment have come by webhook, or something went wrong with it. */
const CREDITS_PATIENCE: Millis = MINUTE;

/** A row of the topic `cancel_subscription`. */
export interface CancelSubscriptionBody {
  subscriptionId: string;
}

/** States that nothing follows on. */
const ENDED = new Set(['cancelled', 'failed', 'expired']);

/** Whether a subscription's state is one that nothing follows on. */
export function hasEnded({ status }: Pick<Subscription, 'status'>): boolean {
  return ENDED.has(status);
}

/** A row of the topic `subscription`. */
export interface LookUpSubscriptionBody {
  subscriptionId: string;
}

/** Events of one purchase come together: one look serves them all. */
const LOOK_GATHER: Millis = 2 * SECOND;

/**
 * Takes over a subscription's state. An event older than what is known changes nothing, nor does anything revive a
 * subscription that has ended. Where an event contradicts what is known and its time does not decide, since Dodo shows
 * in a body what is true when it is delivered, the subscription itself is looked up.
 * Of two running plans the later one is cancelled, and the member told.
 */
export function decideSubscription(
  account: Account,
  event: { at: Millis; subscription: Subscription },
  rules: Rules,
  moment: Moment,
): Decision<void> {
  const { subscription, at } = event;
  const known = account.subscriptions.find((candidate) => candidate.id === subscription.id);
  if (known === undefined || at > known.eventAt) {
    return takeOver(account, known, { ...subscription, eventAt: at, cancelling: false }, rules, moment);
  }
  if (!contradicts(known, subscription)) return { account: null, reply: undefined };
  const look = lookUpRow(account, subscription.id, moment.now);
  if (at < known.eventAt) return { account, reply: undefined, rows: [look] };
  const state = { ...subscription, eventAt: at, cancelling: false };
  const decision = takeOver(account, known, state, rules, moment);
  return { ...decision, account: decision.account ?? account, rows: [...(decision.rows ?? []), look] };
}

/** The subscription as Dodo has it now: newer than every event that came before. */
export function decideLookedUp(
  account: Account,
  subscription: Subscription,
  rules: Rules,
  moment: Moment,
): Decision<void> {
  const known = account.subscriptions.find((candidate) => candidate.id === subscription.id);
  if (known === undefined || !contradicts(known, subscription)) return { account: null, reply: undefined };
  return takeOver(account, known, { ...subscription, eventAt: known.eventAt, cancelling: false }, rules, moment);
}

/** Whether a state is another one, and may still follow on what is known. */
function contradicts(known: KnownSubscription, told: Subscription): boolean {
  if (ENDED.has(known.status) && !ENDED.has(told.status)) return false;
  const { eventAt: _eventAt, cancelling: _cancelling, ...state } = known;
  return JSON.stringify(state) !== JSON.stringify(told);
}

function takeOver(
  account: Account,
  known: KnownSubscription | undefined,
  told: KnownSubscription,
  rules: Rules,
  moment: Moment,
): Decision<void> {
  const isRevival = known !== undefined && ENDED.has(known.status) && !ENDED.has(told.status);
  if (isRevival) return { account: null, reply: undefined };
  const others = account.subscriptions.filter((candidate) => candidate.id !== told.id);
  const state: KnownSubscription = { ...told, cancelling: known?.cancelling ?? false };
  const closed = closePlanChange(account, state, hasEnded(state));
  const next: Account = { ...closed, subscriptions: keepNewest([...others, state]) };
  const decision = cancelLaterPlans(next, rules, moment);
  const notices = [...tellEnd(next, known, state, rules, moment), ...tellChange(next, known, state, rules, moment)];
  if (notices.length === 0) return decision;
  return {
    ...decision,
    rows: [...(decision.rows ?? []), ...notices],
    counts: [...(decision.counts ?? []), { name: 'notices', by: notices.length }],
  };
}

/** Another plan runs from now on, whoever changed it and when it was asked for. */
function tellChange(
  account: Account,
  known: KnownSubscription | undefined,
  state: KnownSubscription,
  rules: Rules,
  moment: Moment,
): NewRow[] {
  const plan = planOfProduct(rules.catalogue, state.productId);
  const isNews = known !== undefined && known.productId !== state.productId && state.status === 'active';
  if (plan === null || !isNews || state.cancelling) return [];
  const { name: planName, tokensPerCycle, monthlyCents } = plan;
  const facts = { kind: 'plan_changed', planName, tokensPerCycle, monthlyCents } as const;
  const id = noticeId(rules.hash, `plan_changed:${state.id}:${state.productId}:${moment.now}`);
  return [noticeRow(account, facts, id, moment.now)];
}

/** The end of a plan is told once, with how long its tokens last; that of a second plan was told when we cancelled it. */
function tellEnd(
  account: Account,
  known: KnownSubscription | undefined,
  state: KnownSubscription,
  rules: Rules,
  moment: Moment,
): NewRow[] {
  const plan = planOfProduct(rules.catalogue, state.productId);
  const isOver = state.status === 'cancelled' || state.status === 'expired';
  const isNews = known === undefined || !ENDED.has(known.status);
  if (plan === null || !isOver || !isNews || state.cancelling) return [];
  const facts = { kind: 'plan_ended', planName: plan.name, lasting: lastingTokens(account) } as const;
  return [noticeRow(account, facts, noticeId(rules.hash, `plan_ended:${state.id}`), moment.now)];
}

/** The row that looks a subscription up, in a moment or not before `wait` has passed. */
export function lookUpRow(account: Account, subscriptionId: string, now: Millis, wait: Millis = 0): NewRow {
  const dueAt = (Math.floor((now + wait) / LOOK_GATHER) + 1) * LOOK_GATHER;
  const body: LookUpSubscriptionBody = { subscriptionId };
  return { id: `subscription:${subscriptionId}:${dueAt}`, topic: 'subscription', accountId: account.id, dueAt, body };
}

function keepNewest(subscriptions: KnownSubscription[]): KnownSubscription[] {
  const rank = (subscription: KnownSubscription) => (ENDED.has(subscription.status) ? 1 : 0);
  return subscriptions.sort((a, b) => rank(a) - rank(b) || b.createdAt - a.createdAt).slice(0, SUBSCRIPTIONS_KEPT);
}

function cancelLaterPlans(account: Account, rules: Rules, moment: Moment): Decision<void> {
  const later = runningPlans(account, rules)
    .slice(1)
    .filter(({ subscription }) => !subscription.cancelling);
  const ids = new Set(later.map(({ subscription }) => subscription.id));
  const marked: Account = {
    ...account,
    subscriptions: account.subscriptions.map((known) => (ids.has(known.id) ? { ...known, cancelling: true } : known)),
  };
  return {
    account: marked,
    reply: undefined,
    rows: later.flatMap(({ subscription, plan }) => [
      cancelRow(account, subscription.id, moment.now),
      noticeRow(
        account,
        { kind: 'second_plan_cancelled', planName: plan.name },
        noticeId(rules.hash, `second_plan:${subscription.id}`),
        moment.now,
      ),
    ]),
    records: later.map(({ subscription }) => ({
      kind: 'alert',
      id: `second_plan:${subscription.id}`,
      at: moment.now,
      body: { what: 'second_plan_paid', accountId: account.id, subscriptionId: subscription.id },
    })),
  };
}

function cancelRow(account: Account, subscriptionId: string, now: Millis): NewRow {
  const body: CancelSubscriptionBody = { subscriptionId };
  return { id: `cancel:${subscriptionId}`, topic: 'cancel_subscription', accountId: account.id, dueAt: now, body };
}

/** The one who paid is told of what the account gets from now on. */
function closeCheckout(account: Account, paid: Checkout): Account {
  return { ...account, buyer: paid.buyer, checkouts: account.checkouts.filter((open) => open !== paid) };
}

/** The dedupe key of a failed payment's notice. */
export function paymentFailedKey(payment: Payment): string {
  return `told:failed:${payment.id}`;
}

/** A payment moves no tokens: its ledger row does, and is looked for when it has not come by then. A failed one is told. */
export function decidePayment(
  account: Account,
  payment: Payment,
  seen: ReadonlySet<string>,
  rules: Rules,
  moment: Moment,
): Decision<void> {
  const paid = account.checkouts.find(({ session }) => session !== null && session.id === payment.sessionId);
  if (payment.status === 'succeeded') {
    const closed = paid === undefined ? account : closeCheckout(account, paid);
    const next = requestReconcile(closed, 'grants', moment.now + CREDITS_PATIENCE, moment.now);
    return { account: next.account === account ? null : next.account, reply: undefined, rows: next.rows };
  }
  const key = paymentFailedKey(payment);
  if (payment.status !== 'failed' || seen.has(key)) return { account: null, reply: undefined };
  const isOfChange = account.planChange !== null && account.planChange.subscriptionId === payment.subscriptionId;
  const facts = { kind: 'payment_failed', amountCents: payment.amountCents, reason: payment.errorMessage } as const;
  const id = noticeId(rules.hash, key);
  return {
    account: isOfChange ? { ...account, planChange: null } : account,
    reply: undefined,
    rows: [noticeRow(account, facts, id, moment.now, paid?.buyer)],
    seen: [{ key, expiresAt: moment.now + PAYMENT_KEPT }],
    counts: [{ name: 'notices', by: 1 }],
  };
}
