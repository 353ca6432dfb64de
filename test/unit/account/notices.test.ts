import { describe, expect, it } from 'vitest';
import { addressee, isStillWanted, noticeId } from '../../../src/core/account/notice.ts';
import type { Notice } from '../../../src/core/account/notice-facts.ts';
import { decidePayment, paymentFailedKey } from '../../../src/core/account/subscription.ts';
import type { Payment } from '../../../src/core/dodo/billing.ts';
import { SECOND } from '../../../src/core/time.ts';
import { apiUserOf } from '../../../src/core/wallets/wallet-user.ts';
import { ann, ben, createBench, credit, rowOf, rulesOf } from './bench.ts';

describe('the notice of a purchase', () => {
  it('names the tokens added, and goes to who bought', () => {
    const bench = createBench({ balance: 0, account: { buyer: ben, lastAsked: ann } });
    bench.deliver(credit('c', 5_000_000, { referenceType: 'payment', referenceId: 'pay_1' }));
    expect(bench.notices()).toMatchObject([
      { to: ben, facts: { kind: 'credits_added', tokens: 5_000_000, balance: 5_000_000 }, dueAt: bench.now },
    ]);
  });

  it('goes to who asked last where nobody is known to have bought, else to the first user', () => {
    const bench = createBench({ balance: 0, account: { lastAsked: ben } });
    bench.deliver(credit('c', 5));
    const fresh = createBench({ balance: 0 });
    fresh.deliver(credit('c', 5));
    expect([...bench.notices(), ...fresh.notices()].map((notice) => notice.to)).toEqual([ben, ann]);
  });

  it('is one for each purchase, however many rows the purchase makes', () => {
    const bench = createBench({ balance: 0 });
    const bought = { referenceType: 'payment', referenceId: 'pay_1' };
    bench.deliver(
      credit('c', 5, bought),
      credit('d', 5, { ...bought, balanceBefore: 5, createdAt: bench.dodoNow + SECOND }),
      credit('e', 5, { ...bought, referenceId: 'pay_2', balanceBefore: 10, createdAt: bench.dodoNow + 2 * SECOND }),
    );
    expect(bench.notices()).toHaveLength(2);
  });

  it('is one for each renewal, though all renewals refer to one subscription', () => {
    const bench = createBench({ balance: 0 });
    const renewed = { referenceType: 'subscription', referenceId: 'sub_1' };
    bench.deliver(credit('c', 5, renewed), credit('d', 5, { ...renewed, balanceBefore: 5 }));
    expect(bench.notices()).toHaveLength(2);
  });

  it('is written for credits of other kinds, not for what takes tokens', () => {
    const bench = createBench({ balance: 0 });
    bench.deliver(rowOf({ id: 'up', type: 'manual_adjustment', isCredit: true, amount: 7 }));
    bench.deliver(rowOf({ id: 'down', type: 'manual_adjustment', amount: 3, balanceBefore: 7 }));
    expect(bench.notices().map((notice) => notice.facts)).toMatchObject([{ kind: 'credits_added', tokens: 7 }]);
  });

  it('is always wanted', () => {
    const bench = createBench({ balance: 0 });
    bench.deliver(credit('c', 5), credit('d', 5, { balanceBefore: 5, createdAt: bench.dodoNow + 1 }));
    expect(bench.notices().every((notice) => isStillWanted(notice, bench.account))).toBe(true);
  });
});

describe('a notice that waits', () => {
  const notice: Notice = { id: 'n', to: ben, facts: { kind: 'plan_ended', planName: 'Pro', lasting: [] } };

  it('is for whom it was written while they have to do with the wallet', () => {
    const { account } = createBench({ balance: 0, account: { identities: [ben] } });
    expect(addressee(notice, account)).toEqual(ben);
    expect(addressee({ ...notice, to: account.owner }, account)).toEqual(account.owner);
  });

  it('is for the owner once they were taken off, and for nobody by name once all were erased', () => {
    const { account } = createBench({ balance: 0 });
    expect(addressee(notice, account)).toEqual(ann);
    expect(addressee(notice, { ...account, owner: apiUserOf(account.id) })).toEqual(apiUserOf(account.id));
  });
});

describe('the id of a notice', () => {
  it('follows from its cause, and is short enough for a nonce', () => {
    const { hash } = rulesOf();
    expect(noticeId(hash, 'some cause')).toBe(noticeId(hash, 'some cause'));
    expect(noticeId(hash, 'some cause')).not.toBe(noticeId(hash, 'another cause'));
    expect(noticeId(hash, 'some cause')).toMatch(/^n[0-9a-f]{24}$/);
  });
});

describe('a payment', () => {
  const payment: Payment = {
    id: 'pay_1',
    customerId: 'cus_1',
    status: 'failed',
    amountCents: 1_900,
    currency: 'USD',
    subscriptionId: null,
    products: [],
    errorMessage: 'card declined',
    sessionId: null,
  };

  function decide(bench: ReturnType<typeof createBench>, parts: Partial<Payment> = {}): void {
    const told = { ...payment, ...parts };
    const seen = new Set([paymentFailedKey(told)].filter((key) => bench.seen.has(key)));
    bench.apply(decidePayment(bench.account, told, seen, bench.rules, bench.moment()));
  }

  it('that failed is told once, with its reason', () => {
    const bench = createBench({ balance: 0 });
    decide(bench);
    decide(bench);
    expect(bench.notices().map((notice) => notice.facts)).toEqual([
      { kind: 'payment_failed', amountCents: 1_900, reason: 'card declined' },
    ]);
    decide(bench, { id: 'pay_2' });
    expect(bench.notices()).toHaveLength(2);
  });

  it('that succeeded tells nothing, and has its credits looked for a minute later', () => {
    const bench = createBench({ balance: 0 });
    decide(bench, { status: 'succeeded' });
    expect(bench.notices()).toEqual([]);
    expect(bench.rowsOf('reconcile').map((row) => row.dueAt)).toEqual([bench.now + 60_000]);
  });

  it.each(['processing', 'cancelled'])('that is %s moves no token and tells nothing', (status) => {
    const bench = createBench({ balance: 0 });
    const before = JSON.stringify(bench.account);
    decide(bench, { status });
    expect(JSON.stringify(bench.account)).toBe(before);
    expect(bench.notices()).toEqual([]);
  });
});
