import { describe, expect, it } from 'vitest';
import { benchDodoCalls } from '../bench/sections/dodo-calls.ts';
import { runGate } from '../bench/sections/gate.ts';
import { benchOverspend } from '../bench/sections/overspend.ts';

/** The best of a few runs: a machine that is busy for a moment is no regression. */
async function bestOf(times: number, enough: number, run: () => Promise<number>): Promise<number> {
  let best = 0;
  for (let time = 0; time < times && best < enough; time += 1) best = Math.max(best, await run());
  return best;
}

// Figures of `npm run bench` on a quiet machine are in docs/performance.md; these bounds are far from them.
describe('gross regressions, by ratio', () => {
  it.each([1, 1_000])('the gate makes a fifth of what its engine alone does, with %i wallets', async (asking) => {
    const order = { redisUrl: null, accounts: asking, asking, asks: 1_000, atOnce: 64 };
    const ratio = await bestOf(5, 0.2, async () => {
      const { asksASecond, bareAsksASecond } = await runGate(order);
      return asksASecond / bareAsksASecond;
    });
    expect(ratio).toBeGreaterThanOrEqual(0.2);
  });

  it.each([1, 1_000])('five asks of many share a durable commit at least, with %i wallets', async (asking) => {
    const order = { redisUrl: null, accounts: asking, asking, asks: 1_000, atOnce: 64, isCompared: false };
    const { durable } = await runGate(order);
    expect(durable.commits).toBeGreaterThan(0);
    expect(durable.commits / order.asks).toBeLessThanOrEqual(0.2);
  });

  it('an ask of many costs a tenth of a call to Dodo at most', async () => {
    const { callsAnAsk } = await benchDodoCalls(100, 2);
    expect(callsAnAsk).toBeLessThanOrEqual(0.1);
  });

  it('500 asks at once overspend nothing, where the plainest server overspends', async () => {
    const { ours, reference } = await benchOverspend();
    expect(ours.overspent).toBe(0);
    expect(ours.served).toBeGreaterThan(0);
    expect(reference.overspent).toBeGreaterThan(0);
  });
});
