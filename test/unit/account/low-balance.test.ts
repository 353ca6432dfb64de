import { describe, expect, it } from 'vitest';
import { isStillWanted } from '../../../src/core/account/notice.ts';
import { MINUTE } from '../../../src/core/time.ts';
import { type Bench, createBench, credit, deducted, rowOf, subscriptionTo } from './bench.ts';

/** 1,000 tokens were granted and are there. */
function withGrant(parts: Parameters<typeof createBench>[0] = {}): Bench {
  const bench = createBench({ balance: 0, ...parts });
  bench.deliver(credit('c', 1_000));
  return bench;
}

function lows(bench: Bench) {
  return bench.notices().filter((notice) => notice.facts.kind === 'low_balance');
}

function percents(bench: Bench): unknown[] {
  return lows(bench).map((notice) => notice.facts.kind === 'low_balance' && notice.facts.percent);
}

describe('a low balance', () => {
  it('is told at 20 %, 5 % and 0 of what was last granted, on the balance less what was used, once each (pain 13)', () => {
    const bench = withGrant();
    const spent = [799, 1, 50, 99, 1, 40, 10];
    const after = spent.map((tokens, ask) => {
      bench.spendExactly(`a${ask}`, tokens);
      return percents(bench).length;
    });
    expect(after).toEqual([0, 1, 1, 1, 2, 2, 3]);
    expect(lows(bench).map((notice) => notice.facts)).toMatchObject([
      { percent: 20, left: 200, granted: 1_000 },
      { percent: 5, left: 50, granted: 1_000 },
      { percent: 0, left: 0, granted: 1_000 },
    ]);
  });

  it('is told once at the lowest threshold when one ask crosses several', () => {
    const bench = withGrant();
    bench.spendExactly('a', 960);
    expect(percents(bench)).toEqual([5]);
  });

  it('is not told by the deduction of usage that was counted already', () => {
    const bench = withGrant({ account: { subscriptions: [subscriptionTo('starter')] } });
    bench.spendExactly('a', 850);
    bench.account.metered = {
      waiting: 0,
      batches: [{ id: 'b', tokens: 850, unanswered: 0, acceptedAt: bench.now, isAlerted: false }],
    };
    bench.deliver(deducted('row', 850, { balanceBefore: 1_000 }));
    expect(percents(bench)).toEqual([20]);
  });

  it('is told when foreign usage or an adjustment brings it about', () => {
    const foreign = withGrant();
    foreign.deliver(deducted('row', 850, { balanceBefore: 1_000 }));
    expect(percents(foreign)).toEqual([20]);
    const adjusted = withGrant();
    adjusted.deliver(rowOf({ id: 'row', type: 'manual_adjustment', amount: 1_000, balanceBefore: 1_000 }));
    expect(percents(adjusted)).toEqual([0]);
  });

  it('is armed again by new credits, for shares of those (pain 13)', () => {
    const bench = withGrant();
    bench.spendExactly('a', 850);
    bench.deliver(credit('d', 10_000, { balanceBefore: 1_000, createdAt: bench.dodoNow + 1 }));
    expect(percents(bench)).toEqual([20]);
    bench.spendExactly('b', 8_200);
    expect(lows(bench).map((notice) => notice.facts)).toMatchObject([
      { percent: 20, granted: 1_000 },
      { percent: 20, granted: 10_000 },
    ]);
    expect(new Set(lows(bench).map((notice) => notice.id)).size).toBe(2);
  });

  it('is not armed again by a late row of an older grant', () => {
    const bench = withGrant();
    bench.spendExactly('a', 850);
    bench.deliver(credit('older', 500, { createdAt: bench.dodoNow - MINUTE }));
    expect(bench.account.lowBalance).toMatchObject({ granted: 1_000, told: 20 });
    bench.spendExactly('b', 20);
    expect(percents(bench)).toEqual([20]);
  });

  it('is not told at once where new credits themselves stay below a threshold', () => {
    const bench = createBench({ balance: 0, account: { subscriptions: [subscriptionTo('pro')] } });
    bench.account.metered.waiting = 900;
    bench.deliver(credit('c', 1_000));
    expect(percents(bench)).toEqual([]);
    bench.spendExactly('a', 60);
    expect(percents(bench)).toEqual([5]);
  });

  it('is not told before anything was granted', () => {
    const bench = createBench({ balance: 100 });
    bench.spendExactly('a', 100);
    expect(lows(bench)).toEqual([]);
  });

  it('says whether overage goes on', () => {
    const bench = withGrant({ account: { subscriptions: [subscriptionTo('pro')] } });
    bench.spendExactly('a', 1_000);
    expect(lows(bench).map((notice) => notice.facts)).toMatchObject([{ percent: 0, overage: true }]);
  });
});

describe('a threshold reached by an expiry', () => {
  function expired(): Bench {
    const bench = withGrant();
    bench.deliver(rowOf({ id: 'e', type: 'credit_expired', amount: 1_000, balanceBefore: 1_000 }));
    return bench;
  }

  it('waits five minutes', () => {
    const bench = expired();
    expect(lows(bench)).toMatchObject([{ dueAt: bench.now + 5 * MINUTE, facts: { percent: 0 } }]);
  });

  it('falls away when new credits come', () => {
    const bench = expired();
    const [notice] = lows(bench);
    if (notice === undefined) throw new Error('expected a notice');
    expect(isStillWanted(notice, bench.account)).toBe(true);
    bench.deliver(credit('renewed', 1_000, { createdAt: bench.dodoNow + 1 }));
    expect(isStillWanted(notice, bench.account)).toBe(false);
  });

  it('is not told at all when the new credits were quicker', () => {
    const bench = withGrant();
    bench.deliver(credit('renewed', 1_000, { balanceBefore: 0, createdAt: bench.dodoNow + 2 }));
    bench.deliver(
      rowOf({ id: 'e', type: 'credit_expired', amount: 1_000, balanceBefore: 1_000, createdAt: bench.dodoNow + 1 }),
    );
    expect(lows(bench)).toEqual([]);
  });

  it('is told at once when usage reaches a lower one', () => {
    const bench = withGrant();
    bench.deliver(rowOf({ id: 'e', type: 'credit_expired', amount: 850, balanceBefore: 1_000 }));
    bench.spendExactly('a', 120);
    expect(lows(bench)).toMatchObject([
      { dueAt: bench.now + 5 * MINUTE, facts: { percent: 20 } },
      { dueAt: bench.now, facts: { percent: 5 } },
    ]);
  });
});
