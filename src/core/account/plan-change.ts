import { type Plan, planOfProduct } from '../catalogue.ts';
import type { Subscription } from '../dodo/billing.ts';
import { MINUTE, type Millis } from '../time.ts';
import type { Account, KnownSubscription } from './account.ts';
import { lastingTokens, runningPlan } from './available.ts';
import type { Rules } from './rules.ts';

/** A change that Dodo has not shown by then waits for something that only Dodo knows of, such as its payment. */
const CHANGE_LIFE: Millis = 10 * MINUTE;

/** A member's plan as they are shown it. Times of the cycle are on Dodo's clock. */
export interface PlanView {
  plan: Plan;
  subscriptionId: string;
  /** active; on_hold, past_due and others: nothing is charged or granted until the member acts. */
  status: string;
  cycleStartedAt: Millis | null;
  nextBillingAt: Millis | null;
  endsAtPeriodEnd: boolean;
  /** What it goes over to at a later date. `plan` is null for a product that is not in the catalogue. */
  scheduled: { plan: Plan | null; at: Millis } | null;
  /** A change that was asked for and is not confirmed yet. */
  changing: Plan | null;
  /** What it can be changed to. */
  others: Plan[];
  /** When tokens expire, the earliest first. */
  lasting: { tokens: number; expiresAt: Millis }[];
}

/** null: there is no plan. One that runs is shown before one that waits for a payment. */
export function planView(account: Account, rules: Rules, now: Millis): PlanView | null {
  const current = currentPlan(account, rules);
  if (current === null) return null;
  const { subscription, plan } = current;
  const { catalogue } = rules;
  const { scheduledChange } = subscription;
  const change = openChange(account, now);
  return {
    plan,
    subscriptionId: subscription.id,
    status: subscription.status,
    cycleStartedAt: subscription.cycleStartedAt,
    nextBillingAt: subscription.nextBillingAt,
    endsAtPeriodEnd: subscription.endsAtPeriodEnd,
    scheduled:
      scheduledChange === null
        ? null
        : { plan: planOfProduct(catalogue, scheduledChange.productId), at: scheduledChange.at },
    changing: change?.subscriptionId === subscription.id ? planOfProduct(catalogue, change.productId) : null,
    others: catalogue.plans.filter((other) => other.productId !== plan.productId),
    lasting: lastingTokens(account),
  };
}

/** The plan that runs, else one that would run again once it is paid: beside it no other may be bought. */
export function currentPlan(account: Account, rules: Rules): { subscription: KnownSubscription; plan: Plan } | null {
  return runningPlan(account, rules) ?? waitingPlan(account, rules);
}

/** States in which a subscription comes back when it is paid, or is taken up again. */
const WAITING: ReadonlySet<string> = new Set(['on_hold', 'past_due', 'paused']);

function waitingPlan(account: Account, rules: Rules): { subscription: KnownSubscription; plan: Plan } | null {
  const found = account.subscriptions
    .filter(({ status }) => WAITING.has(status))
    .flatMap((subscription) => {
      const plan = planOfProduct(rules.catalogue, subscription.productId);
      return plan === null ? [] : [{ subscription, plan }];
    })
    .sort((a, b) => b.subscription.createdAt - a.subscription.createdAt);
  return found[0] ?? null;
}

function openChange({ planChange }: Account, now: Millis) {
  return planChange !== null && now - planChange.askedAt < CHANGE_LIFE ? planChange : null;
}

/** Why a plan cannot be changed. */
export type ChangeRefusal =
  | 'no_plan'
  | 'no_such_plan'
  /** It runs already. */
  | 'same_plan'
  /** It waits for a payment, or is paused. */
  | 'inactive'
  /** It is to end at the period's end. */
  | 'ending'
  /** Another change waits for the next billing date. */
  | 'scheduled'
  /** A change was asked for and is not confirmed, or waits for its payment. */
  | 'pending';

/** A dearer plan begins now and is charged for the rest of the cycle; any other begins with the next cycle. */
export interface PlanStep {
  from: PlanView;
  to: Plan;
  when: 'now' | 'next_billing_date';
}

/** What a change to the plan of this key would be, or why there can be none. */
export function planStep(view: PlanView | null, key: string): PlanStep | { refused: ChangeRefusal } {
  if (view === null) return { refused: 'no_plan' };
  if (view.plan.key === key) return { refused: 'same_plan' };
  const to = view.others.find((other) => other.key === key);
  if (to === undefined) return { refused: 'no_such_plan' };
  if (view.status !== 'active') return { refused: 'inactive' };
  if (view.endsAtPeriodEnd) return { refused: 'ending' };
  if (view.changing !== null) return { refused: 'pending' };
  if (view.scheduled !== null) return { refused: 'scheduled' };
  return { from: view, to, when: to.monthlyCents > view.plan.monthlyCents ? 'now' : 'next_billing_date' };
}

/** Forgets a change that the subscription now shows, done or scheduled, or that will never be. */
export function closePlanChange(account: Account, told: Subscription, isOver: boolean): Account {
  const { planChange } = account;
  if (planChange === null || planChange.subscriptionId !== told.id) return account;
  const isShown = told.productId === planChange.productId || told.scheduledChange?.productId === planChange.productId;
  return isShown || isOver ? { ...account, planChange: null } : account;
}
