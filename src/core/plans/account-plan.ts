import type { Account } from '../account/account.ts';
import type { Decision } from '../account/decision.ts';
import { type ChangeRefusal, type PlanStep, type PlanView, planStep, planView } from '../account/plan-change.ts';
import type { Rules } from '../account/rules.ts';
import { lookUpRow } from '../account/subscription.ts';
import { ToldFailure } from '../chat/told-failure.ts';
import { type Billing, BillingError, type PlanChangeRequest, type Price } from '../dodo/billing.ts';
import type { Store } from '../store.ts';
import { type Clock, MINUTE, type Millis, SECOND } from '../time.ts';
import { type PlanRefusal, planRefusal, wasPerhapsDone } from './plan-faults.ts';
import type { ReadSubscription } from './read-subscription.ts';

export interface Refused {
  kind: 'refused';
  why: PlanRefusal;
}

/** Each is a call to Dodo. */
export interface TooManyPlanCalls {
  kind: 'too_many';
  /** A minute. */
  limit: number;
}

/** What the member is to confirm. */
export interface PlanOffer {
  kind: 'offer';
  step: PlanStep;
  /** Charged at once; null for a change that begins with the next cycle. */
  now: Price | null;
}

export type PlanOutcome =
  /** Dodo took it. `view` is what it shows now: where that is not yet what was wanted, it is being confirmed. */
  | { kind: 'taken'; view: PlanView | null }
  /** Dodo did not answer: it may have been done, and is looked up within a minute. */
  | { kind: 'unknown' }
  | Refused
  | TooManyPlanCalls;

/** One wallet's plan. Every method but `view` asks Dodo, and throws BillingError where nothing was done. */
export interface AccountPlan {
  /** As was last heard of Dodo; null: no plan. */
  view(): Promise<PlanView | null>;
  /** What a change to the plan of this key would cost. Changes nothing. */
  offer(key: string): Promise<PlanOffer | Refused | TooManyPlanCalls>;
  /**
   * Changes the plan, as it was offered.
   * @param shown the charge that the member has confirmed, in the currency's smallest unit; where it would be more by
   *   now, the new offer is given back and nothing is done
   */
  change(key: string, shown: number): Promise<PlanOutcome | PlanOffer>;
  /** Has the plan end at the period's end; at once when it does not run, since nothing is lost by that. */
  cancel(): Promise<PlanOutcome>;
  /** Takes a cancellation back. */
  resume(): Promise<PlanOutcome>;
  /** Takes a change back that waits for the next billing date. */
  keep(): Promise<PlanOutcome>;
}

/** How a wallet is read and decided on, whoever names it. */
export interface PlanWallet {
  read(): Promise<Account | null>;
  run<Reply>(decide: (account: Account) => Decision<Reply>): Promise<Reply>;
}

export interface AccountPlanDeps {
  billing: Pick<
    Billing,
    'cancelSubscription' | 'endAtPeriodEnd' | 'previewPlanChange' | 'changePlan' | 'dropScheduledChange'
  >;
  readSubscription: ReadSubscription;
  store: Pick<Store, 'increment'>;
  rules: Rules;
  clock: Clock;
}

const CALLS_PER_MINUTE = 10;

/** By then Dodo's own word has mostly come; where it was lost, it is asked. */
const LOOK_AFTER: Millis = 20 * SECOND;

/** It may have been charged: a sentence that says otherwise would be wrong. */
const TAKEN_UNSEEN =
  'The payment service has taken this, but what came of it cannot be shown now. Please see your plan again in a minute before you try once more.';

export function createAccountPlan(deps: AccountPlanDeps, wallet: PlanWallet): AccountPlan {
  const { billing, store, rules, clock } = deps;
  const viewOf = (account: Account | null) => (account === null ? null : planView(account, rules, clock()));
  const view = async () => viewOf(await wallet.read());

  async function withinPace<Reply>(
    work: (account: Account) => Promise<Reply>,
  ): Promise<Reply | Refused | TooManyPlanCalls> {
    const account = await wallet.read();
    if (account === null) return { kind: 'refused', why: 'no_plan' };
    const minute = Math.floor(clock() / MINUTE);
    const calls = await store.increment(`plan_calls:${account.id}:${minute}`, 1, (minute + 2) * MINUTE, clock());
    return calls > CALLS_PER_MINUTE ? { kind: 'too_many', limit: CALLS_PER_MINUTE } : work(account);
  }

  /** @returns the charge at this moment, or Dodo's refusal @throws BillingError */
  async function priced(step: PlanStep): Promise<PlanOffer | Refused> {
    if (step.when === 'next_billing_date') return { kind: 'offer', step, now: null };
    try {
      return { kind: 'offer', step, now: await billing.previewPlanChange(requestOf(step)) };
    } catch (error) {
      return refusedOrThrow(error);
    }
  }

  /** Asks Dodo, and then what became of it: its answer alone changes nothing here. */
  async function ask(accountId: string, subscriptionId: string, call: () => Promise<void>): Promise<PlanOutcome> {
    try {
      await call();
    } catch (error) {
      return wasPerhapsDone(error) ? { kind: 'unknown' } : refusedOrThrow(error);
    }
    try {
      await readAgain(accountId, subscriptionId);
      return { kind: 'taken', view: await view() };
    } catch (error) {
      throw new ToldFailure(TAKEN_UNSEEN, error);
    }
  }

  async function readAgain(accountId: string, subscriptionId: string): Promise<void> {
    try {
      await deps.readSubscription(accountId, subscriptionId, 'member');
    } catch (error) {
      // The row that was written before the call asks again.
      if (!(error instanceof BillingError)) throw error;
    }
  }

  /** A wish that repeats harmlessly; `isIdle`: there is nothing to ask for. */
  function wish(isIdle: (plan: PlanView) => boolean, call: (plan: PlanView) => Promise<void>) {
    return withinPace(async ({ id }): Promise<PlanOutcome> => {
      const plan = await wallet.run((account): Decision<PlanView | null> => {
        const current = planView(account, rules, clock());
        if (current === null || isIdle(current)) return { account: null, reply: current };
        return { account, reply: current, rows: [lookUpRow(account, current.subscriptionId, clock(), LOOK_AFTER)] };
      });
      if (plan === null) return { kind: 'refused', why: 'no_plan' };
      if (isIdle(plan)) return { kind: 'taken', view: plan };
      return ask(id, plan.subscriptionId, () => call(plan));
    });
  }

  async function change(accountId: string, step: PlanStep): Promise<PlanOutcome> {
    const request = requestOf(step);
    const refused = await wallet.run((account): Decision<ChangeRefusal | null> => {
      const now = clock();
      const current = planStep(planView(account, rules, now), step.to.key);
      if ('refused' in current) return { account: null, reply: current.refused };
      const isOther = current.from.subscriptionId !== request.subscriptionId || current.when !== step.when;
      if (isOther) return { account: null, reply: 'pending' };
      const { subscriptionId, productId } = request;
      return {
        account: { ...account, planChange: { subscriptionId, productId, askedAt: now } },
        reply: null,
        rows: [lookUpRow(account, subscriptionId, now, LOOK_AFTER)],
      };
    });
    if (refused !== null) return { kind: 'refused', why: refused };
    let isOpen = false;
    try {
      const outcome = await ask(accountId, request.subscriptionId, () => billing.changePlan(request));
      isOpen = outcome.kind !== 'refused';
      return outcome;
    } catch (error) {
      isOpen = error instanceof ToldFailure;
      throw error;
    } finally {
      if (!isOpen) await wallet.run((account) => ({ account: { ...account, planChange: null }, reply: undefined }));
    }
  }

  return {
    view,
    offer: (key) =>
      withinPace(async (account) => {
        const step = planStep(viewOf(account), key);
        return 'refused' in step ? { kind: 'refused', why: step.refused } : priced(step);
      }),
    change: (key, shown) =>
      withinPace(async (account) => {
        const step = planStep(viewOf(account), key);
        if ('refused' in step) return { kind: 'refused', why: step.refused };
        const offer = await priced(step);
        const isDearer = offer.kind === 'offer' && offer.now !== null && offer.now.amount > shown;
        return offer.kind === 'refused' || isDearer ? offer : change(account.id, step);
      }),
    cancel: () =>
      wish(
        (plan) => plan.status === 'active' && plan.endsAtPeriodEnd,
        ({ status, subscriptionId }) =>
          status === 'active'
            ? billing.endAtPeriodEnd(subscriptionId, true)
            : billing.cancelSubscription(subscriptionId),
      ),
    resume: () =>
      wish(
        (plan) => !plan.endsAtPeriodEnd,
        ({ subscriptionId }) => billing.endAtPeriodEnd(subscriptionId, false),
      ),
    keep: () =>
      wish(
        (plan) => plan.scheduled === null,
        ({ subscriptionId }) => billing.dropScheduledChange(subscriptionId),
      ),
  };
}

function requestOf({ from, to, when }: PlanStep): PlanChangeRequest {
  return { subscriptionId: from.subscriptionId, productId: to.productId, when };
}

function refusedOrThrow(error: unknown): Refused {
  const why = planRefusal(error);
  if (why === null) throw error;
  return { kind: 'refused', why };
}
