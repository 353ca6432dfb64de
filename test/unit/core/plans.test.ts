import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newAccount } from '../../../src/core/account/account.ts';
import { decideSubscription } from '../../../src/core/account/subscription.ts';
import { failureText } from '../../../src/core/chat/failure-text.ts';
import { type Billing, BillingError, type BillingFault, type Subscription } from '../../../src/core/dodo/billing.ts';
import { createPlans } from '../../../src/core/plans/plans.ts';
import { createReadSubscription } from '../../../src/core/plans/read-subscription.ts';
import { StoreError } from '../../../src/core/store.ts';
import type { Wallets } from '../../../src/core/wallets/wallets.ts';
import { ann, DODO_NOW, NOW, rulesOf, subscriptionTo } from '../account/bench.ts';
import { openStage, type Stage } from './stage.ts';

const ID = 'acc_1';
const rules = rulesOf();
const { eventAt: _eventAt, cancelling: _cancelling, ...STARTER } = subscriptionTo('starter');

type PlanCalls = Pick<
  Billing,
  'subscription' | 'cancelSubscription' | 'endAtPeriodEnd' | 'previewPlanChange' | 'changePlan' | 'dropScheduledChange'
>;

describe('the plan of an account, by its id', () => {
  let stage: Stage;
  let wallets: Wallets;
  let billing: PlanCalls;
  /** What Dodo shows of the subscription. */
  let atDodo: Subscription;
  let asked: string[];
  let fault: BillingError | null;
  /** Happens while Dodo is being asked. */
  let meanwhile: () => Promise<unknown>;

  beforeEach(async () => {
    stage = await openStage();
    wallets = stage.wallets();
    billing = dodo();
    [atDodo, asked, fault, meanwhile] = [STARTER, [], null, async () => {}];
    const account = { ...newAccount(ID, ann, NOW), customerId: 'cus_1', subscriptions: [subscriptionTo('starter')] };
    await wallets.run(ID, [], () => ({ account, reply: undefined }));
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  async function call(name: string, change: Partial<Subscription>): Promise<void> {
    asked.push(name);
    if (fault?.fault !== 'refused') atDodo = { ...atDodo, ...change };
    if (fault !== null) throw fault;
  }
  const dodo = (): PlanCalls => ({
    async subscription() {
      asked.push('read');
      const shown = atDodo;
      await meanwhile();
      return shown;
    },
    cancelSubscription: () => call('cancel', { status: 'cancelled' }),
    endAtPeriodEnd: (_id, ends) => call(`end ${ends}`, { endsAtPeriodEnd: ends }),
    async previewPlanChange() {
      await call('preview', {});
      return { amount: 3_500, currency: 'USD' };
    },
    changePlan: ({ productId, when }) => call(`change ${when}`, { productId }),
    dropScheduledChange: () => call('drop', { scheduledChange: null }),
  });

  function planOf(by: Wallets = wallets) {
    const moment = () => ({ now: stage.now, dodoNow: DODO_NOW });
    const readSubscription = createReadSubscription({ wallets: by, billing, rules, moment });
    const users = { read: () => by.read(ID), run: () => Promise.reject(new Error('not by user')) };
    const { store, clock } = stage;
    return createPlans({ users, wallets: by, billing, readSubscription, store, rules, clock }).ofAccount(ID);
  }
  const looks = async () => (await stage.store.waiting('subscription', 10)).length;

  it('is seen, changed for what was shown, cancelled and resumed', async () => {
    const plan = planOf();
    expect(await plan.view()).toMatchObject({ plan: { key: 'starter' }, changing: null });
    const offer = await plan.offer('pro');
    expect(offer).toMatchObject({ kind: 'offer', now: { amount: 3_500 } });
    expect(await plan.change('pro', 3_499)).toMatchObject({ kind: 'offer', now: { amount: 3_500 } });
    expect(await plan.change('pro', 3_500)).toMatchObject({ kind: 'taken', view: { plan: { key: 'pro' } } });
    expect(await plan.cancel()).toMatchObject({ kind: 'taken', view: { endsAtPeriodEnd: true } });
    expect(await plan.resume()).toMatchObject({ kind: 'taken', view: { endsAtPeriodEnd: false } });
    expect(asked.filter((name) => name !== 'read' && name !== 'preview')).toEqual([
      'change now',
      'end true',
      'end false',
    ]);
  });

  it('asks Dodo for nothing that is so already', async () => {
    const plan = planOf();
    expect(await plan.resume()).toMatchObject({ kind: 'taken' });
    expect(await plan.keep()).toMatchObject({ kind: 'taken' });
    expect(await plan.offer('starter')).toEqual({ kind: 'refused', why: 'same_plan' });
    expect(asked).toEqual([]);
    expect(await looks()).toBe(0);
  });

  it('is changed by one of two processes that are asked at once', async () => {
    const outcomes = await Promise.all([planOf(), planOf(stage.wallets())].map((plan) => plan.change('pro', 3_500)));
    expect(asked.filter((name) => name.startsWith('change'))).toEqual(['change now']);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['refused', 'taken']);
  });

  it.each([
    ['unanswered', undefined],
    ['unavailable', 500],
  ] as const)('is not known after %s, blocks a second attempt, and is looked up', async (kind, status) => {
    const plan = planOf();
    expect(await plan.offer('pro')).toMatchObject({ kind: 'offer' });
    const change = billing.changePlan;
    billing.changePlan = (request) => {
      fault = new BillingError(kind, 'away', status === undefined ? {} : { status });
      return change(request);
    };
    expect(await plan.change('pro', 3_500)).toEqual({ kind: 'unknown' });
    billing.changePlan = change;
    expect(await plan.change('pro', 3_500)).toEqual({ kind: 'refused', why: 'pending' });
    expect(await looks()).toBe(1);
  });

  it('is not called free, nor asked for once more, when the store fails after Dodo took it', async () => {
    const plan = planOf();
    meanwhile = () => Promise.reject(new StoreError('down'));
    const told = await plan.change('pro', 3_500).catch((error: unknown) => failureText(error));
    expect(told).toMatch(/^The payment service has taken this/);
    expect(await plan.change('pro', 3_500)).toEqual({ kind: 'refused', why: 'pending' });
    expect(asked.filter((name) => name.startsWith('change'))).toEqual(['change now']);
  });

  it.each<[BillingFault, { status?: number }]>([
    ['unavailable', {}],
    ['unavailable', { status: 503 }],
    ['rate_limited', { status: 429 }],
  ])('may be tried again at once after %s %o, which did nothing', async (kind, facts) => {
    const plan = planOf();
    const change = billing.changePlan;
    billing.changePlan = async () => {
      throw new BillingError(kind, 'no', facts);
    };
    await expect(plan.change('pro', 3_500)).rejects.toMatchObject({ fault: kind });
    billing.changePlan = change;
    expect(await plan.change('pro', 3_500)).toMatchObject({ kind: 'taken' });
  });

  it.each([
    ['UNSUPPORTED_ACTION', 'unsupported'],
    ['PENDING_PLAN_CHANGE_EXISTS', 'pending'],
    ['SOMETHING_NEW', 'not_accepted'],
  ])('is refused by Dodo: %s', async (code, why) => {
    fault = new BillingError('refused', 'no', { status: 422, code });
    const plan = planOf();
    expect(await plan.offer('pro')).toEqual({ kind: 'refused', why });
    expect(await plan.cancel()).toEqual({ kind: 'refused', why });
    expect((await wallets.read(ID))?.planChange).toBeNull();
  });

  it('does not take over a reading that an event has overtaken, and reads once more', async () => {
    const told = { ...STARTER, status: 'on_hold' };
    meanwhile = () =>
      wallets.run(ID, [], (account) => {
        if (account === null) throw new Error('expected the account');
        const moment = { now: stage.now, dodoNow: DODO_NOW };
        return decideSubscription(account, { at: DODO_NOW + 5, subscription: told }, rules, moment);
      });
    await planOf().cancel();
    expect(await planOf().view()).toMatchObject({ status: 'on_hold', endsAtPeriodEnd: false });
    expect(await looks()).toBe(2);
  });

  it('may be asked for ten times a minute, by all processes together', async () => {
    for (let times = 0; times < 10; times += 1) expect((await planOf().offer('pro')).kind).toBe('offer');
    expect(await planOf(stage.wallets()).cancel()).toEqual({ kind: 'too_many', limit: 10 });
    expect(asked).toHaveLength(10);
  });
});
