import { describe, expect, it } from 'vitest';
import type { Ending } from '../../../src/core/account/receipt.ts';
import { DAY } from '../../../src/core/time.ts';
import { createBench, plainModel } from './bench.ts';

function chargeOf(bench: ReturnType<typeof createBench>, askId: string, ending: Ending, visible: boolean): number {
  bench.hold(askId);
  const reply = bench.settle(askId, { ending, visible });
  if (reply === null) throw new Error('expected the ask to be settled');
  return reply.receipt.charged;
}

describe('answers with nothing to show', () => {
  it.each<Ending>(['failed', 'cut', 'interrupted', 'complete'])('are free, however often, when they %s', (ending) => {
    const bench = createBench({ balance: 10_000 });
    for (let ask = 0; ask < 10; ask += 1) expect(chargeOf(bench, `a${ask}`, ending, false)).toBe(0);
    expect(bench.account.holds).toEqual([]);
    expect(bench.count('tokens_charged')).toBe(0);
  });

  it.each<Ending>(['stopped', 'length'])('are free three times a day, then cost their input, when %s', (ending) => {
    const bench = createBench({ balance: 10_000 });
    const charges = [1, 2, 3, 4, 5].map((ask) => chargeOf(bench, `a${ask}`, ending, false));
    expect(charges).toEqual([0, 0, 0, 10, 10]);
    bench.advance(DAY);
    expect(chargeOf(bench, 'next day', ending, false)).toBe(0);
  });

  it('count together, whichever way the asker caused them, and failures do not use the free ones up', () => {
    const bench = createBench({ balance: 10_000 });
    const endings: Ending[] = ['stopped', 'failed', 'length', 'failed', 'stopped', 'length'];
    expect(endings.map((ending, ask) => chargeOf(bench, `a${ask}`, ending, false))).toEqual([0, 0, 0, 0, 0, 10]);
  });

  it('cost their input as it would cost in an answer, cached tokens at their own weight', () => {
    const model = { ...plainModel, inputWeight: 2_000, cachedInputWeight: 100 };
    const bench = createBench({
      balance: 10_000,
      account: { empty: { day: Math.floor(1_800_000_000_000 / DAY), asks: 3 } },
    });
    bench.hold('a', { model, inputTokens: 100 });
    const usage = { inputTokens: 100, cachedTokens: 90, outputTokens: 50 };
    const reply = bench.settle('a', { model, usage, ending: 'stopped', visible: false });
    expect(reply?.receipt.charged).toBe(20 + 9);
  });
});

describe('answers that were seen', () => {
  it.each<Ending>(['complete', 'length', 'stopped', 'cut', 'interrupted'])(
    'cost their input and what was generated when they were %s',
    (ending) => {
      const bench = createBench({ balance: 10_000 });
      expect(chargeOf(bench, 'a', ending, true)).toBe(30);
    },
  );

  it('do not use up the free empty ones', () => {
    const bench = createBench({ balance: 10_000 });
    for (let ask = 0; ask < 5; ask += 1) chargeOf(bench, `seen${ask}`, 'stopped', true);
    expect(chargeOf(bench, 'empty', 'stopped', false)).toBe(0);
  });
});
