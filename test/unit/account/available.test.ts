import { describe, expect, it } from 'vitest';
import type { Clawback } from '../../../src/core/account/account.ts';
import { availableTokens, leftTokens } from '../../../src/core/account/available.ts';
import { MINUTE } from '../../../src/core/time.ts';
import { figuresOf } from '../../../src/core/wallets/wallet-view.ts';
import { batchOf, createBench, DODO_NOW, NOW, subscriptionTo } from './bench.ts';

function available(bench: ReturnType<typeof createBench>): number {
  return availableTokens(bench.account, bench.rules, bench.moment());
}

/** A refund whose debit Dodo's ledger does not show yet. */
function takingBack(tokens: number): Clawback {
  const open = { key: 'key', claimId: 'ref', direction: 'debit', tokens, expiresAt: null } as const;
  return {
    ...{ paymentId: 'pay', claims: [], basis: null, taken: 0, told: 0, lost: 0, lastsMs: null, count: 1 },
    open: { ...open, sentAt: null, rowId: null, seen: null },
  };
}

describe('what is available', () => {
  it('is nothing before the ledger was read, whatever was granted', () => {
    expect(available(createBench())).toBe(0);
  });

  it('is the balance less holds and every kind of unsettled usage', () => {
    const bench = createBench({ balance: 10_000 });
    bench.hold('a', { inputTokens: 10, wantedOutputTokens: 90 });
    bench.account.metered = { waiting: 1, batches: [batchOf('b', 20), batchOf('c', 300, { unanswered: 300 })] };
    bench.account.debited.waiting = 4_000;
    bench.account.debited.open = { id: 'd', tokens: 5, sentAt: null, isSeen: false };
    expect(available(bench)).toBe(10_000 - 100 - 1 - 20 - 300 - 4_000 - 5);
  });

  it('is never below zero', () => {
    const bench = createBench({ balance: 10 });
    bench.account.debited.waiting = 500;
    expect(available(bench)).toBe(0);
    expect(leftTokens(bench.account)).toBe(0);
  });

  it('leaves out what remains of grants that expire within three minutes of Dodo’s clock, ours being far ahead', () => {
    const bench = createBench({ balance: 1_000 });
    bench.account.grants = [
      { id: 'soon', remaining: 400, expiresAt: DODO_NOW + 3 * MINUTE },
      { id: 'later', remaining: 500, expiresAt: DODO_NOW + 3 * MINUTE + 1 },
      { id: 'never', remaining: 100, expiresAt: null },
    ];
    expect(bench.now).toBeGreaterThan(DODO_NOW + 3 * MINUTE);
    expect(available(bench)).toBe(600);
    bench.advance(1);
    expect(available(bench)).toBe(100);
  });

  it('goes on leaving out an expired grant until it has left the balance', () => {
    const bench = createBench({ balance: 1_000 });
    bench.account.grants = [{ id: 'gone', remaining: 400, expiresAt: DODO_NOW - MINUTE }];
    expect(available(bench)).toBe(600);
  });

  it('does not take an expiring grant off the overage', () => {
    const bench = createBench({ balance: 100, account: { subscriptions: [subscriptionTo('pro')] } });
    bench.account.grants = [{ id: 'soon', remaining: 400, expiresAt: DODO_NOW }];
    expect(available(bench)).toBe(10_000_000);
  });
});

describe('what a member is shown as free', () => {
  it('is without what is held, used, about to expire, or being taken back; together they make up the balance', () => {
    const bench = createBench({ balance: 10_000 });
    bench.hold('a', { inputTokens: 10, wantedOutputTokens: 90 });
    bench.account.metered.waiting = 20;
    bench.account.grants = [{ id: 'soon', remaining: 3_000, expiresAt: DODO_NOW }];
    bench.account.clawbacks = [takingBack(4_000)];
    const { free, held, unsettled, expiring, clawed } = figuresOf(bench.account, bench.rules, bench.moment());
    expect({ free, held, unsettled, expiring, clawed }).toEqual({
      free: 2_880,
      held: 100,
      unsettled: 20,
      expiring: 3_000,
      clawed: 4_000,
    });
  });
});

describe('overage still allowed', () => {
  it('is the default cap of 50 dollars in tokens at the plan’s price, less what was used of it', () => {
    const bench = createBench({ balance: 0, overage: 3, account: { subscriptions: [subscriptionTo('pro')] } });
    expect(available(bench)).toBe(10_000_000 - 3);
  });

  it('is Dodo’s limit where that is lower', () => {
    const pro = subscriptionTo('pro', { overage: { enabled: true, limitTokens: 70 } });
    const bench = createBench({ balance: 0, overage: 20, account: { subscriptions: [pro] } });
    expect(available(bench)).toBe(50);
  });

  it('is nothing when more was used than is allowed, and takes nothing off the balance', () => {
    const bench = createBench({ balance: 7, overage: 20_000_000, account: { subscriptions: [subscriptionTo('pro')] } });
    expect(available(bench)).toBe(7);
  });

  it.each([
    ['the plan has none', subscriptionTo('starter')],
    ['Dodo has it switched off', subscriptionTo('pro', { overage: { enabled: false, limitTokens: null } })],
    ['Dodo tells of none', subscriptionTo('pro', { overage: null })],
    ['the product is none of ours', subscriptionTo('pro', { productId: 'pdt_other' })],
    ['it is past due', subscriptionTo('pro', { status: 'past_due' })],
    ['it is on hold', subscriptionTo('pro', { status: 'on_hold' })],
    ['it is cancelled', subscriptionTo('pro', { status: 'cancelled' })],
    ['it is pending', subscriptionTo('pro', { status: 'pending' })],
  ])('is nothing when %s', (_why, subscription) => {
    const bench = createBench({ balance: 7, account: { subscriptions: [subscription] } });
    expect(available(bench)).toBe(7);
  });

  it('is nothing before the ledger was read', () => {
    const bench = createBench({ account: { subscriptions: [subscriptionTo('pro')] } });
    expect(available(bench)).toBe(0);
  });

  it('never comes from a second plan, which is to be cancelled', () => {
    const subscriptions = [
      subscriptionTo('pro', { createdAt: NOW }),
      subscriptionTo('starter', { createdAt: NOW - 1 }),
    ];
    expect(available(createBench({ balance: 7, account: { subscriptions } }))).toBe(7);
  });
});
