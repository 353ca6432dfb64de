import { describe, expect, it } from 'vitest';
import { runningPlan } from '../../../src/core/account/available.ts';
import { decideLookedUp, decideSubscription } from '../../../src/core/account/subscription.ts';
import type { Subscription } from '../../../src/core/dodo/billing.ts';
import { type Bench, createBench, DODO_NOW, subscriptionTo } from './bench.ts';

function told(bench: Bench, at: number, plan: 'starter' | 'pro', parts: Partial<Subscription> = {}): void {
  const { eventAt: _eventAt, cancelling: _cancelling, ...subscription } = subscriptionTo(plan);
  const event = { at: DODO_NOW + at, subscription: { ...subscription, ...parts } };
  bench.apply(decideSubscription(bench.account, event, bench.rules, bench.moment()));
}

function status(bench: Bench): string | undefined {
  return bench.account.subscriptions[0]?.status;
}

describe('the state of a subscription', () => {
  it('is that of the newest event, whenever it comes', () => {
    const bench = createBench();
    told(bench, 20, 'starter', { status: 'on_hold' });
    told(bench, 10, 'starter', { status: 'active' });
    expect(status(bench)).toBe('on_hold');
    told(bench, 30, 'starter', { status: 'active' });
    expect(status(bench)).toBe('active');
  });

  it.each(['cancelled', 'failed', 'expired'])('is not revived after it was %s, even by a newer event', (ended) => {
    const bench = createBench();
    told(bench, 10, 'starter', { status: ended });
    told(bench, 20, 'starter', { status: 'active' });
    expect(status(bench)).toBe(ended);
    expect(runningPlan(bench.account, bench.rules)).toBeNull();
  });

  it('may go from one end to another', () => {
    const bench = createBench();
    told(bench, 10, 'starter', { status: 'cancelled' });
    told(bench, 20, 'starter', { status: 'expired' });
    expect(status(bench)).toBe('expired');
  });

  it('is the same after an event came five times', () => {
    const bench = createBench();
    for (let time = 0; time < 5; time += 1) told(bench, 10, 'pro', { status: 'active' });
    expect(bench.account.subscriptions).toHaveLength(1);
    expect(bench.rowsOf('cancel_subscription')).toEqual([]);
  });

  it('is remembered for ten subscriptions at most, those that run before those that ended', () => {
    const bench = createBench();
    told(bench, 0, 'starter', { id: 'running', createdAt: 0 });
    for (let index = 0; index < 30; index += 1) {
      told(bench, index, 'starter', { id: `ended${index}`, status: 'cancelled', createdAt: DODO_NOW + index });
    }
    expect(bench.account.subscriptions).toHaveLength(10);
    expect(runningPlan(bench.account, bench.rules)?.subscription.id).toBe('running');
  });

  it('makes no plan of a product that is not ours', () => {
    const bench = createBench();
    told(bench, 0, 'starter', { productId: 'pdt_other' });
    expect(runningPlan(bench.account, bench.rules)).toBeNull();
  });
});

describe('events of a subscription that contradict each other', () => {
  const looks = (bench: Bench) => bench.rowsOf('subscription').map(({ body }) => body);
  function lookedUp(bench: Bench, parts: Partial<Subscription>): void {
    const { eventAt: _eventAt, cancelling: _cancelling, ...subscription } = subscriptionTo('starter');
    bench.apply(decideLookedUp(bench.account, { ...subscription, ...parts }, bench.rules, bench.moment()));
  }

  it('of one time have it looked up, once for all of them', () => {
    const bench = createBench();
    told(bench, 10, 'starter', { status: 'on_hold' });
    told(bench, 10, 'starter', { status: 'active' });
    told(bench, 10, 'starter', { status: 'on_hold' });
    expect(looks(bench)).toEqual([{ subscriptionId: 'sub_starter' }]);
    lookedUp(bench, { status: 'active' });
    expect(status(bench)).toBe('active');
  });

  it('change nothing when they come late, but have it looked up: the body may be newer than its event', () => {
    const bench = createBench();
    told(bench, 20, 'starter', { status: 'active' });
    told(bench, 10, 'starter', { status: 'on_hold' });
    expect(status(bench)).toBe('active');
    expect(looks(bench)).toHaveLength(1);
    lookedUp(bench, { status: 'on_hold' });
    expect(status(bench)).toBe('on_hold');
    told(bench, 15, 'starter', { status: 'active' });
    expect(status(bench)).toBe('on_hold');
    told(bench, 30, 'starter', { status: 'active' });
    expect(status(bench)).toBe('active');
  });

  it('need no look when they say the same, are newer, or would revive what has ended', () => {
    const bench = createBench();
    told(bench, 10, 'starter', { status: 'active' });
    told(bench, 10, 'starter', { status: 'active' });
    told(bench, 5, 'starter', { status: 'active' });
    told(bench, 20, 'starter', { status: 'on_hold' });
    told(bench, 30, 'starter', { status: 'cancelled' });
    told(bench, 25, 'starter', { status: 'active' });
    lookedUp(bench, { status: 'active' });
    expect(status(bench)).toBe('cancelled');
    expect(looks(bench)).toEqual([]);
  });
});

describe('the end of a plan', () => {
  const ends = (bench: Bench) => bench.notices().filter(({ facts }) => facts.kind === 'plan_ended');

  it('is told once, with how long the tokens last', () => {
    const bench = createBench({ balance: 900 });
    const expiresAt = DODO_NOW + 30 * 86_400_000;
    bench.account.grants = [
      { id: 'g1', remaining: 400, expiresAt },
      { id: 'g2', remaining: 500, expiresAt },
      { id: 'g3', remaining: 7, expiresAt: null },
    ];
    told(bench, 10, 'starter');
    told(bench, 20, 'starter', { status: 'cancelled' });
    told(bench, 20, 'starter', { status: 'cancelled' });
    told(bench, 30, 'starter', { status: 'expired' });
    expect(ends(bench).map(({ facts }) => facts)).toEqual([
      { kind: 'plan_ended', planName: 'Starter', lasting: [{ tokens: 900, expiresAt }] },
    ]);
  });

  it('is told when it is the first that is heard of the plan, and not when a payment failed to begin one', () => {
    const bench = createBench();
    told(bench, 10, 'starter', { status: 'cancelled' });
    told(bench, 5, 'starter', { status: 'active' });
    told(bench, 10, 'pro', { status: 'failed' });
    expect(ends(bench)).toHaveLength(1);
  });
});

describe('a second plan', () => {
  function secondPlan(first: 'starter' | 'pro', second: 'starter' | 'pro', order: 'earlier' | 'later'): Bench {
    const bench = createBench();
    const early = () => told(bench, 0, first, { id: 'early', createdAt: DODO_NOW });
    const late = () => told(bench, 0, second, { id: 'late', createdAt: DODO_NOW + 1 });
    if (order === 'earlier') early();
    late();
    if (order === 'later') early();
    return bench;
  }

  it.each(['earlier', 'later'] as const)(
    'is the later one, which is cancelled, when the first is told of %s',
    (order) => {
      const bench = secondPlan('starter', 'pro', order);
      expect(bench.rowsOf('cancel_subscription')).toMatchObject([
        { id: 'cancel:late', dueAt: bench.now, body: { subscriptionId: 'late' } },
      ]);
      expect(runningPlan(bench.account, bench.rules)?.subscription.id).toBe('early');
    },
  );

  it('is told to the member and to the operator, once', () => {
    const bench = secondPlan('pro', 'starter', 'earlier');
    told(bench, 5, 'starter', { id: 'late', createdAt: DODO_NOW + 1 });
    expect(bench.notices().map((notice) => notice.facts)).toEqual([
      { kind: 'second_plan_cancelled', planName: 'Starter' },
    ]);
    expect(bench.records).toEqual([
      {
        kind: 'alert',
        id: 'second_plan:late',
        at: bench.now,
        body: { what: 'second_plan_paid', accountId: 'acc_1', subscriptionId: 'late' },
      },
    ]);
  });

  it('is none where the first has ended or the other is none of ours', () => {
    const bench = createBench();
    told(bench, 0, 'starter', { id: 'early', status: 'cancelled' });
    told(bench, 0, 'pro', { id: 'late', createdAt: DODO_NOW + 1 });
    told(bench, 0, 'pro', { id: 'other', productId: 'pdt_other', createdAt: DODO_NOW + 2 });
    expect(bench.rowsOf('cancel_subscription')).toEqual([]);
  });
});
