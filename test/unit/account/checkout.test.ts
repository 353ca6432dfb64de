import { describe, expect, it } from 'vitest';
import {
  type CheckoutReply,
  type CheckoutWish,
  decideCheckout,
  decideCheckoutOpened,
} from '../../../src/core/account/checkout.ts';
import { DAY, MINUTE } from '../../../src/core/time.ts';
import { ann, type Bench, ben, createBench, subscriptionTo } from './bench.ts';

function wish(bench: Bench, nonce: string, parts: Partial<CheckoutWish> = {}): CheckoutReply {
  const whole: CheckoutWish = { product: 'topup', quantity: 1, buyer: ann, nonce, ...parts };
  return bench.apply(decideCheckout(bench.account, whole, bench.rules, bench.now));
}

function opened(bench: Bench, nonce: string): void {
  const session = { id: `cks_${nonce}`, url: `https://pay.test/${nonce}` };
  bench.apply(decideCheckoutOpened(bench.account, nonce, session));
}

/** A member who never paid, with an open session for the top-up. */
function withOpen(): Bench {
  const bench = createBench({ account: { customerId: null } });
  wish(bench, 'n1');
  opened(bench, 'n1');
  return bench;
}

describe('a checkout of an account without a customer', () => {
  it('is created once and noted before Dodo is asked', () => {
    const bench = createBench({ account: { customerId: null } });
    expect(wish(bench, 'n1', { buyer: ben })).toEqual({ kind: 'create', customerId: null });
    expect(bench.account.checkouts).toEqual([
      { nonce: 'n1', product: 'topup', quantity: 1, buyer: ben, openedAt: bench.now, session: null },
    ]);
  });

  it('gives the same link again for the same product and number', () => {
    const bench = withOpen();
    expect(wish(bench, 'n2')).toEqual({ kind: 'same', url: 'https://pay.test/n1' });
    bench.advance(DAY - 1);
    expect(wish(bench, 'n3')).toEqual({ kind: 'same', url: 'https://pay.test/n1' });
    expect(bench.account.checkouts).toHaveLength(1);
  });

  it.each([
    ['another product', { product: 'starter' as const }],
    ['another number of packs', { quantity: 2 }],
  ])('refuses %s with the link to what is open', (_what, parts) => {
    expect(wish(withOpen(), 'n2', parts)).toEqual({
      kind: 'other_open',
      product: 'topup',
      isPlan: false,
      url: 'https://pay.test/n1',
    });
  });

  it('is a new one a day later, and the old nonce may still be paid with', () => {
    const bench = withOpen();
    bench.advance(DAY);
    expect(wish(bench, 'n2', { product: 'starter' })).toEqual({ kind: 'create', customerId: null });
    expect(bench.account.checkouts.map((open) => open.nonce)).toEqual(['n1', 'n2']);
  });

  it('is refused while another is being asked for, for a minute', () => {
    const bench = createBench({ account: { customerId: null } });
    wish(bench, 'n1');
    expect(wish(bench, 'n2')).toEqual({ kind: 'busy' });
    bench.advance(MINUTE - 1);
    expect(wish(bench, 'n2')).toEqual({ kind: 'busy' });
    bench.advance(1);
    expect(wish(bench, 'n2')).toEqual({ kind: 'create', customerId: null });
  });

  it('leaves nothing open when Dodo makes no session', () => {
    const bench = createBench({ account: { customerId: null } });
    wish(bench, 'n1');
    bench.apply(decideCheckoutOpened(bench.account, 'n1', null));
    expect(bench.account.checkouts).toEqual([]);
    expect(wish(bench, 'n2')).toMatchObject({ kind: 'create' });
  });

  it('forgets nonces after a week', () => {
    const bench = withOpen();
    bench.advance(7 * DAY);
    wish(bench, 'n2');
    expect(bench.account.checkouts.map((open) => open.nonce)).toEqual(['n2']);
  });
});

describe('a checkout of an account with a customer', () => {
  it('is created for that customer, however many are open, and twenty at most are remembered', () => {
    const bench = createBench();
    for (let index = 0; index < 30; index += 1) {
      expect(wish(bench, `n${index}`)).toEqual({ kind: 'create', customerId: 'cus_1' });
      opened(bench, `n${index}`);
    }
    expect(bench.account.checkouts).toHaveLength(20);
    expect(bench.account.checkouts.at(-1)?.nonce).toBe('n29');
  });
});

describe('a plan', () => {
  it.each(['starter', 'pro'] as const)('is not offered to a subscriber: %s', (product) => {
    const bench = createBench({ account: { subscriptions: [subscriptionTo('starter')] } });
    expect(wish(bench, 'n1', { product })).toEqual({ kind: 'has_plan', planName: 'Starter' });
    expect(bench.account.checkouts).toEqual([]);
  });

  it.each(['on_hold', 'past_due', 'paused'])('is not offered beside one that is %s and may come back', (status) => {
    const bench = createBench({ account: { subscriptions: [subscriptionTo('starter', { status })] } });
    expect(wish(bench, 'n1', { product: 'pro' })).toEqual({ kind: 'has_plan', planName: 'Starter' });
    expect(wish(bench, 'n1', { product: 'topup' })).toMatchObject({ kind: 'create' });
  });

  it('is offered again when the one before does not run, and a top-up always is', () => {
    const ended = createBench({ account: { subscriptions: [subscriptionTo('starter', { status: 'cancelled' })] } });
    expect(wish(ended, 'n1', { product: 'pro' })).toMatchObject({ kind: 'create' });
    const running = createBench({ account: { subscriptions: [subscriptionTo('starter')] } });
    expect(wish(running, 'n1')).toMatchObject({ kind: 'create' });
  });
});
