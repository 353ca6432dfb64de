import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overageStillAllowed } from '../../../src/core/account/available.ts';
import { isStillWanted } from '../../../src/core/account/notice.ts';
import { decideAlerts } from '../../../src/core/account/overage-cap.ts';
import { type Bench, createBench, credit, deducted, NOW, rowOf, subscriptionTo } from './bench.ts';

/** 1 cent at 5 micro-dollars a token: 2,000 tokens. */
const CAP = 2_000;

/** A Pro member whose tokens are used up; the operator lends a cent. */
function atZero(parts: Parameters<typeof createBench>[0] = {}): Bench {
  return createBench({
    balance: 0,
    ...parts,
    rules: { overageCapCents: 1, ...parts.rules },
    account: { subscriptions: [subscriptionTo('pro')], ...parts.account },
  });
}

function told(bench: Bench): unknown[] {
  return bench.notices().flatMap(({ facts }) => (facts.kind === 'overage_cap' ? [facts.percent] : []));
}

function setCap(bench: Bench, capCents: number): void {
  bench.apply(decideAlerts(bench.account, { capCents }, bench.rules));
}

/** Dodo has charged what was used: the overage moves from unsettled to the ledger. */
function metered(bench: Bench, id: string, tokens: number): void {
  const before = bench.account.ledger?.overage ?? 0;
  const batch = { id, tokens, unanswered: 0, acceptedAt: NOW, isAlerted: false };
  bench.account.metered = { waiting: bench.account.metered.waiting - tokens, batches: [batch] };
  bench.deliver(
    rowOf({ id, type: 'overage_charged', amount: tokens, overageBefore: before, overageAfter: before + tokens }),
  );
}

describe("runaway: a member's cap on overage", () => {
  it('holds where it is lower than what the operator and Dodo lend, and never lifts either', () => {
    const room = (capCents: number | null, limitTokens: number | null) => {
      const bench = atZero({ rules: { overageCapCents: 5_000 } });
      bench.account.subscriptions = [subscriptionTo('pro', { overage: { enabled: true, limitTokens } })];
      bench.account.alerts.capCents = capCents;
      return overageStillAllowed(bench.account, bench.rules);
    };
    expect(room(null, null)).toBe(10_000_000);
    expect(room(2_000, null)).toBe(4_000_000);
    expect(room(9_900, null)).toBe(10_000_000);
    expect(room(2_000, 1_000)).toBe(1_000);
    expect(room(0, null)).toBe(0);
  });

  it('is what cuts an answer while there is overage to use, and else the balance is', () => {
    const cut = (balance: number, overage: number, capCents: number | null) => {
      const bench = atZero({ balance, overage });
      bench.account.alerts.capCents = capCents;
      return bench.hold('a', { inputTokens: 10, wantedOutputTokens: 9_000 });
    };
    expect(cut(500, 0, null)).toMatchObject({ clampedTo: 'cap', hold: { tokens: 500 + CAP } });
    expect(cut(500, 0, 0)).toMatchObject({ clampedTo: 'balance', hold: { tokens: 500 } });
    expect(cut(500, CAP, null)).toMatchObject({ clampedTo: 'balance', hold: { tokens: 500 } });
    const operators = atZero({ balance: 500 }).hold('a', { inputTokens: 10, wantedOutputTokens: 9_000, atMost: 100 });
    expect(operators).toMatchObject({ clampedTo: 'day', hold: { tokens: 100 } });
  });

  it('of zero is none at all, not one without end', () => {
    const bench = atZero();
    setCap(bench, 0);
    expect(bench.hold('a')).toMatchObject({ kind: 'refused', refusal: { reason: 'no_tokens', available: 0 } });
    expect(told(bench)).toEqual([]);
  });

  it('stops asks to the token, however the usage is spread over ledger, meter and holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 12 }),
        fc.integer({ min: 0, max: 1 }),
        (asks, own) => {
          const bench = atZero({ rules: { overageCapCents: 2 } });
          if (own === 1) setCap(bench, 1);
          const most = own === 1 ? CAP : 2 * CAP;
          let charged = 0;
          for (const [at, tokens] of asks.entries()) {
            const held = bench.hold(`a${at}`, { inputTokens: tokens, wantedOutputTokens: 20 });
            if (held.kind !== 'held') continue;
            const usage = { inputTokens: tokens, cachedTokens: 0, outputTokens: held.hold.outputBound };
            charged += bench.settle(`a${at}`, { usage })?.receipt.charged ?? 0;
            if (at % 3 === 0) metered(bench, `r${at}`, bench.account.metered.waiting);
          }
          expect(charged).toBeLessThanOrEqual(most);
          const percents = told(bench);
          expect(new Set(percents).size).toBe(percents.length);
          const due = [50, 80, 100].filter((percent) => charged * 100 >= most * percent);
          if (due.length > 0) expect(percents).toContain(due.at(-1));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('overage', () => {
  it('is told at 50, 80 and 100 % of the cap, once each, on what the ledger shows and what it does not show yet', () => {
    const bench = atZero();
    const after = [999, 1, 599, 1, 399, 1].map((tokens, at) => {
      bench.spendExactly(`a${at}`, tokens);
      if (at === 1) metered(bench, 'r', bench.account.metered.waiting);
      return [...told(bench)];
    });
    expect(after).toEqual([[], [50], [50], [50, 80], [50, 80], [50, 80, 100]]);
    expect(bench.notices().filter(({ facts }) => facts.kind === 'overage_cap')[0]).toMatchObject({
      facts: { kind: 'overage_cap', percent: 50, usedCents: 0, capCents: 1, setBy: 'operator', episode: 0 },
    });
  });

  it('is not told of what the balance still pays for', () => {
    const bench = atZero({ balance: 5_000 });
    bench.spendExactly('a', 4_999);
    expect(told(bench)).toEqual([]);
    bench.spendExactly('b', 1_001);
    expect(told(bench)).toEqual([50]);
  });

  it('is told as used up when what is left of the cap serves no further ask', () => {
    const bench = atZero();
    bench.spendExactly('a', 1_995);
    expect(told(bench)).toEqual([80]);
    expect(bench.hold('b').kind).toBe('refused');
    expect(bench.hold('c').kind).toBe('refused');
    expect(told(bench)).toEqual([80, 100]);
  });

  it('is not told as used up because one ask is long', () => {
    const bench = atZero();
    bench.spendExactly('a', 1_500);
    expect(bench.hold('long', { inputTokens: 600 }).kind).toBe('refused');
    expect(told(bench)).toEqual([50]);
  });

  it('is not told as used up while running answers hold the rest', () => {
    const bench = atZero();
    bench.spendExactly('a', 100);
    bench.hold('long', { inputTokens: 1_800, wantedOutputTokens: 95 });
    expect(bench.hold('b').kind).toBe('refused');
    expect(told(bench)).toEqual([]);
  });

  it('is told again in the next cycle', () => {
    const bench = atZero();
    bench.spendExactly('a', 1_000);
    metered(bench, 'r', 1_000);
    bench.deliver(rowOf({ id: 'reset', type: 'overage_reset', amount: 1_000, overageBefore: 1_000, overageAfter: 0 }));
    bench.deliver(rowOf({ id: 'reset', type: 'overage_reset', amount: 1_000, overageBefore: 1_000, overageAfter: 0 }));
    expect(bench.account.alerts).toMatchObject({ capTold: null, capEpisode: 1 });
    bench.spendExactly('b', 1_000);
    expect(told(bench)).toEqual([50, 50]);
    expect(new Set(bench.notices().map(({ id }) => id)).size).toBe(bench.notices().length);
  });

  it('is told afresh of another cap, but not what the member has just been shown', () => {
    const bench = atZero({ rules: { overageCapCents: 2 } });
    bench.spendExactly('a', 2_000);
    expect(told(bench)).toEqual([50]);
    setCap(bench, 1);
    expect(bench.account.alerts.capTold).toBe(100);
    setCap(bench, 2);
    bench.spendExactly('b', 1_200);
    expect(told(bench)).toEqual([50, 80]);
    setCap(bench, 2);
    expect(bench.account.alerts.capEpisode).toBe(2);
  });

  it('is not told while rows of the ledger are missing', () => {
    const bench = atZero();
    bench.deliver(
      rowOf({ id: 'far', type: 'overage_charged', amount: 1_500, overageBefore: 1_500, overageAfter: 1_900 }),
    );
    bench.spendExactly('a', 20);
    expect(told(bench)).toEqual([]);
  });

  it('is told by foreign usage too', () => {
    const bench = atZero();
    bench.deliver(rowOf({ id: 'theirs', type: 'overage_charged', amount: 1_600, overageAfter: 1_600 }));
    expect(told(bench)).toEqual([80]);
  });

  it('is not told any more once the cycle or the cap is another', () => {
    const bench = atZero();
    bench.spendExactly('a', 1_000);
    const notice = bench.notices().find(({ facts }) => facts.kind === 'overage_cap');
    if (notice === undefined) throw new Error('expected a notice');
    expect(isStillWanted(notice, bench.account)).toBe(true);
    setCap(bench, 0);
    expect(isStillWanted(notice, bench.account)).toBe(false);
  });
});

describe('a low balance that the member does not want to hear of', () => {
  it('is not told, nor later when they want to again, until the next crossing', () => {
    const bench = createBench({ balance: 0 });
    bench.deliver(credit('c', 1_000));
    bench.apply(decideAlerts(bench.account, { isLowTold: false }, bench.rules));
    bench.deliver(deducted('row', 850, { balanceBefore: 1_000 }));
    bench.apply(decideAlerts(bench.account, { isLowTold: true }, bench.rules));
    bench.deliver(deducted('row2', 10, { balanceBefore: 150 }));
    expect(bench.notices().map(({ facts }) => facts.kind)).toEqual(['credits_added']);
    bench.deliver(deducted('row3', 100, { balanceBefore: 140 }));
    expect(bench.notices().map(({ facts }) => facts.kind)).toEqual(['credits_added', 'low_balance']);
  });
});
