import { describe, expect, it } from 'vitest';
import type { Account } from '../../../src/core/account/account.ts';
import { planStep, planView } from '../../../src/core/account/plan-change.ts';
import { decideLookedUp, decidePayment, decideSubscription } from '../../../src/core/account/subscription.ts';
import { type Bench, createBench, DODO_NOW, NOW, subscriptionTo } from './bench.ts';

const MINUTE = 60_000;
type Known = Account['subscriptions'][number];

function benchWith(plan: 'starter' | 'pro' | null, parts: Partial<Known> = {}): Bench {
  const bench = createBench();
  if (plan !== null) bench.account.subscriptions = [subscriptionTo(plan, parts)];
  return bench;
}
const viewOf = ({ account, rules }: Bench, now = NOW) => planView(account, rules, now);
const stepTo = (bench: Bench, key: string) => planStep(viewOf(bench), key);

const CHANGE = { subscriptionId: 'sub_starter', productId: 'pdt_pro', askedAt: NOW };

describe('the plan that a member is shown', () => {
  it('is none without one, and none of one that ended', () => {
    expect(viewOf(benchWith(null))).toBeNull();
    for (const status of ['cancelled', 'expired', 'failed', 'pending']) {
      expect(viewOf(benchWith('starter', { status }))).toBeNull();
    }
  });

  it('is the one that runs, before one that waits for a payment', () => {
    const bench = benchWith('starter');
    bench.account.subscriptions.push(subscriptionTo('pro', { status: 'on_hold', createdAt: DODO_NOW + 1 }));
    expect(viewOf(bench)).toMatchObject({ plan: { key: 'starter' }, status: 'active' });
    bench.account.subscriptions.shift();
    expect(viewOf(bench)).toMatchObject({ plan: { key: 'pro' }, status: 'on_hold' });
  });

  it('names what it goes over to, also where that is nothing of ours', () => {
    const at = DODO_NOW + 5;
    expect(viewOf(benchWith('pro', { scheduledChange: { productId: 'pdt_starter', at } }))?.scheduled).toMatchObject({
      plan: { key: 'starter' },
      at,
    });
    expect(viewOf(benchWith('pro', { scheduledChange: { productId: 'pdt_x', at } }))?.scheduled).toEqual({
      plan: null,
      at,
    });
  });

  it('shows a change as being confirmed for ten minutes', () => {
    const bench = benchWith('starter');
    bench.account.planChange = CHANGE;
    expect(viewOf(bench)?.changing?.key).toBe('pro');
    expect(viewOf(bench, NOW + 10 * MINUTE)?.changing).toBeNull();
    bench.account.planChange = { ...CHANGE, subscriptionId: 'sub_other' };
    expect(viewOf(bench)?.changing).toBeNull();
  });
});

describe('a change of plan', () => {
  it('begins now when the plan is dearer, else with the next cycle', () => {
    expect(stepTo(benchWith('starter'), 'pro')).toMatchObject({ to: { key: 'pro' }, when: 'now' });
    expect(stepTo(benchWith('pro'), 'starter')).toMatchObject({ to: { key: 'starter' }, when: 'next_billing_date' });
  });

  it.each([
    ['no_plan', null, 'pro', {}],
    ['same_plan', 'starter', 'starter', {}],
    ['no_such_plan', 'starter', 'gold', {}],
    ['inactive', 'starter', 'pro', { status: 'on_hold' }],
    ['ending', 'starter', 'pro', { endsAtPeriodEnd: true }],
    ['scheduled', 'pro', 'starter', { scheduledChange: { productId: 'pdt_starter', at: DODO_NOW } }],
  ] as const)('is refused: %s', (refused, plan, key, parts) => {
    expect(stepTo(benchWith(plan, parts), key)).toEqual({ refused });
  });

  it('is refused while another one is being confirmed', () => {
    const bench = benchWith('starter');
    bench.account.planChange = CHANGE;
    expect(stepTo(bench, 'pro')).toEqual({ refused: 'pending' });
  });
});

describe('a change that Dodo was asked for', () => {
  function asked(): Bench {
    const bench = benchWith('starter');
    bench.account.planChange = CHANGE;
    return bench;
  }
  function told(bench: Bench, parts: Partial<Known>): void {
    const { eventAt: _eventAt, cancelling: _cancelling, ...subscription } = subscriptionTo('starter', parts);
    const event = { at: DODO_NOW + 1, subscription };
    bench.apply(decideSubscription(bench.account, event, bench.rules, bench.moment()));
  }
  const notices = (bench: Bench) => bench.notices().map(({ facts }) => facts);

  it.each([
    ['runs', { productId: 'pdt_pro' }],
    ['is scheduled', { scheduledChange: { productId: 'pdt_pro', at: DODO_NOW } }],
    ['can never be, since the plan has ended', { status: 'cancelled' }],
  ])('is closed when the other plan %s', (_what, parts) => {
    const bench = asked();
    told(bench, parts);
    expect(bench.account.planChange).toBeNull();
  });

  it('stays open while the subscription shows nothing of it', () => {
    const bench = asked();
    told(bench, { nextBillingAt: 7 });
    expect(bench.account.planChange).toEqual(CHANGE);
  });

  it('is closed by the failure of a payment of that subscription alone', () => {
    const bench = asked();
    const payment = {
      ...{ id: 'pay_1', customerId: 'cus_1', status: 'failed', amountCents: 3_500, currency: 'USD' },
      ...{ subscriptionId: 'sub_other', products: [], errorMessage: null, sessionId: null },
    };
    bench.apply(decidePayment(bench.account, payment, new Set(), bench.rules, bench.moment()));
    expect(bench.account.planChange).toEqual(CHANGE);
    const ofIt = { ...payment, id: 'pay_2', subscriptionId: CHANGE.subscriptionId };
    bench.apply(decidePayment(bench.account, ofIt, new Set(), bench.rules, bench.moment()));
    expect(bench.account.planChange).toBeNull();
  });

  it('is told once, when the other plan runs, whoever asked for it', () => {
    const bench = benchWith('starter');
    told(bench, { productId: 'pdt_pro' });
    told(bench, { productId: 'pdt_pro', nextBillingAt: 7 });
    expect(notices(bench)).toEqual([
      { kind: 'plan_changed', planName: 'Pro', tokensPerCycle: 40_000_000, monthlyCents: 9_900 },
    ]);
  });

  it('is not told of a plan that is on hold, of a first sight, or of another product', () => {
    const bench = benchWith('starter');
    told(bench, { productId: 'pdt_pro', status: 'on_hold' });
    const first = benchWith(null);
    told(first, { productId: 'pdt_pro' });
    const other = benchWith('starter');
    told(other, { productId: 'pdt_other' });
    expect([bench, first, other].flatMap(notices)).toEqual([]);
  });

  it('is told when the subscription was looked up, too', () => {
    const bench = benchWith('starter');
    const { eventAt: _eventAt, cancelling: _cancelling, ...subscription } = subscriptionTo('starter');
    const now = { ...subscription, productId: 'pdt_pro' };
    bench.apply(decideLookedUp(bench.account, now, bench.rules, bench.moment()));
    expect(notices(bench)).toHaveLength(1);
  });
});
