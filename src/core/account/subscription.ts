import type { Payment, Subscription } from '../billing.ts';
import type { NewRow } from '../store.ts';
import { DAY, MINUTE, type Millis } from '../time.ts';
import type { Account, KnownSubscription } from './account.ts';
import { runningPlans } from './available.ts';
import type { Decision } from './decision.ts';
import { noticeId, noticeRow } from './notice.ts';
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

/**
 * Takes over a subscription's state. An event older than what is known changes nothing, nor does anything revive a
 * subscription that has ended. Of two running plans the later one is cancelled, and the member told.
 */
export function decideSubscription(
  account: Account,
  event: { at: Millis; subscription: Subscription },
  rules: Rules,
  moment: Moment,
): Decision<void> {
  const { subscription, at } = event;
  const known = account.subscriptions.find((candidate) => candidate.id === subscription.id);
  const isOld =
    known !== undefined && (at < known.eventAt || (ENDED.has(known.status) && !ENDED.has(subscription.status)));
  if (isOld) return { account: null, reply: undefined };
  const others = account.subscriptions.filter((candidate) => candidate.id !== subscription.id);
  const state: KnownSubscription = { ...subscription, eventAt: at, cancelling: known?.cancelling ?? false };
  return cancelLaterPlans({ ...account, subscriptions: keepNewest([...others, state]) }, rules, moment);
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
  if (payment.status === 'succeeded') {
    const next = requestReconcile(account, 'grants', moment.now + CREDITS_PATIENCE, moment.now);
    return { account: next.rows.length > 0 ? next.account : null, reply: undefined, rows: next.rows };
  }
  const key = paymentFailedKey(payment);
  if (payment.status !== 'failed' || seen.has(key)) return { account: null, reply: undefined };
  const facts = { kind: 'payment_failed', amountCents: payment.amountCents, reason: payment.errorMessage } as const;
  const id = noticeId(rules.hash, key);
  return {
    account,
    reply: undefined,
    rows: [noticeRow(account, facts, id, moment.now)],
    seen: [{ key, expiresAt: moment.now + PAYMENT_KEPT }],
    counts: [{ name: 'notices', by: 1 }],
  };
}
