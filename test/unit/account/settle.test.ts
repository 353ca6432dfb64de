import { describe, expect, it } from 'vitest';
import { availableTokens } from '../../../src/core/account/available.ts';
import { ann, createBench, plainModel, subscriptionTo } from './bench.ts';

describe('settling', () => {
  it('charges what was used, gives the rest of the hold back and writes event and receipt with it', () => {
    const bench = createBench({ balance: 1_000, account: { subscriptions: [subscriptionTo('starter')] } });
    bench.hold('a', { inputTokens: 100, wantedOutputTokens: 500 });
    bench.advance(5_000);
    const usage = { inputTokens: 90, cachedTokens: 40, outputTokens: 7 };
    const reply = bench.settle('a', { usage });
    expect(reply).toEqual({
      left: 903,
      available: 903,
      heldTokens: 600,
      receipt: {
        askId: 'a',
        by: ann,
        model: 'plain',
        ending: 'complete',
        usage,
        weights: { inputWeight: 1_000, cachedInputWeight: 1_000, outputWeight: 1_000 },
        countedBy: 'provider',
        charged: 97,
        beyondHold: 0,
        settledBy: 'meter',
        startedAt: bench.now - 5_000,
        settledAt: bench.now,
      },
    });
    expect(availableTokens(bench.account, bench.rules, bench.moment())).toBe(903);
    expect(bench.records).toEqual([{ kind: 'ask', id: 'a', at: bench.now, body: reply?.receipt }]);
    expect([...bench.rows.values()]).toEqual([
      {
        id: 'usage:a',
        topic: 'usage',
        accountId: 'acc_1',
        dueAt: bench.now + 10_000,
        body: {
          eventId: 'a',
          customerId: 'cus_1',
          tokens: 97,
          model: 'plain',
          inputTokens: 90,
          outputTokens: 7,
          cachedTokens: 40,
          source: 'discord',
          settledAt: bench.now,
        },
      },
    ]);
  });

  it('never charges more than the hold; what lies beyond is counted as the operator’s loss', () => {
    const bench = createBench({ balance: 100 });
    bench.hold('a', { inputTokens: 10, wantedOutputTokens: 90 });
    const reply = bench.settle('a', { usage: { inputTokens: 50, cachedTokens: 0, outputTokens: 200 } });
    expect(reply).toMatchObject({ left: 0, receipt: { charged: 100, beyondHold: 150 } });
    expect(bench.count('tokens_beyond_hold')).toBe(150);
    expect(bench.count('tokens_charged')).toBe(100);
  });

  it('weighs input, cached input and output each once, as the model table says, and notes by what (pain 15)', () => {
    const bench = createBench({ balance: 10_000 });
    const model = { ...plainModel, inputWeight: 2_000, cachedInputWeight: 500, outputWeight: 3_000 };
    bench.hold('a', { model, inputTokens: 100, wantedOutputTokens: 100 });
    const usage = { inputTokens: 100, cachedTokens: 41, outputTokens: 10 };
    const receipt = bench.settle('a', { model, usage })?.receipt;
    expect(receipt?.charged).toBe(59 * 2 + 21 + 30);
    expect(receipt?.weights).toEqual({ inputWeight: 2_000, cachedInputWeight: 500, outputWeight: 3_000 });
  });

  it('takes no more cached tokens than there was input', () => {
    const bench = createBench({ balance: 10_000 });
    bench.hold('a');
    const usage = { inputTokens: 10, cachedTokens: 4_000, outputTokens: 0 };
    expect(bench.settle('a', { usage })?.receipt.charged).toBe(10);
  });

  it('is a counted no-op the second time, whoever comes first (pain 3)', () => {
    const bench = createBench({ balance: 1_000 });
    bench.hold('a');
    bench.settle('a');
    const before = JSON.stringify(bench.account);
    expect(bench.settle('a', { ending: 'interrupted' })).toBeNull();
    expect(JSON.stringify(bench.account)).toBe(before);
    expect(bench.count('settles_repeated')).toBe(1);
    expect(bench.records).toHaveLength(1);
  });

  it('throws on figures that are no counts, and the hold stays for the recovery', () => {
    const bench = createBench({ balance: 1_000 });
    bench.hold('a');
    const usage = { inputTokens: 10, cachedTokens: 0, outputTokens: -5 };
    expect(() => bench.settle('a', { usage })).toThrow(RangeError);
    expect(bench.account.holds).toHaveLength(1);
  });
});

describe('the way in which usage reaches Dodo', () => {
  function settledBy(bench: ReturnType<typeof createBench>): string | undefined {
    bench.hold('a');
    return bench.settle('a')?.receipt.settledBy;
  }

  it('is the meter while a plan runs, and the usage is not debited as well', () => {
    const bench = createBench({ balance: 1_000, account: { subscriptions: [subscriptionTo('starter')] } });
    expect(settledBy(bench)).toBe('meter');
    expect(bench.rowsOf('usage')).toHaveLength(1);
    expect(bench.rowsOf('debit')).toEqual([]);
    expect(bench.account.debited.waiting).toBe(0);
  });

  it.each(['past_due', 'on_hold', 'cancelled', 'expired', 'pending'])(
    'is a debit while the plan is %s, and the usage is not ingested as well',
    (status) => {
      const subscriptions = [subscriptionTo('starter', { status })];
      const bench = createBench({ balance: 1_000, account: { subscriptions } });
      expect(settledBy(bench)).toBe('debit');
      expect(bench.rowsOf('usage')).toEqual([]);
      expect(bench.rowsOf('debit')).toHaveLength(1);
      expect(bench.account.metered.waiting).toBe(0);
    },
  );

  it('is the meter without a plan where the operator says so', () => {
    expect(settledBy(createBench({ balance: 1_000, rules: { settleWithoutPlan: 'meter' } }))).toBe('meter');
  });

  it('is fixed by the settling: a plan that starts later does not turn a waiting debit into an event', () => {
    const bench = createBench({ balance: 1_000 });
    settledBy(bench);
    bench.account.subscriptions = [subscriptionTo('starter')];
    bench.hold('b');
    expect(bench.settle('b')?.receipt.settledBy).toBe('meter');
    expect(bench.account.debited.waiting).toBe(30);
    expect(bench.account.metered.waiting).toBe(30);
  });

  it('is neither for what is free', () => {
    const bench = createBench({ balance: 1_000 });
    bench.hold('a');
    expect(bench.settle('a', { visible: false, ending: 'failed' })?.receipt.settledBy).toBe('free');
    expect(bench.rows.size).toBe(0);
  });
});
