import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../src/core/account/receipt.ts';
import { DAY, HOUR } from '../../../src/core/time.ts';
import { forecast } from '../../../src/core/usage/usage-forecast.ts';
import { usageReport } from '../../../src/core/usage/usage-report.ts';
import { ann, DODO_NOW } from '../account/bench.ts';

const NOON = Date.UTC(2026, 11, 22, 12);

function receiptOf(askId: string, parts: Partial<Receipt> = {}): Receipt {
  return {
    ...{ askId, by: ann, model: 'small', ending: 'complete', countedBy: 'provider', charged: 100, beyondHold: 0 },
    ...{ usage: { inputTokens: 60, cachedTokens: 0, outputTokens: 40 }, settledBy: 'meter' },
    ...{ startedAt: NOON, settledAt: NOON },
    ...parts,
  } as Receipt;
}

describe('the report of usage', () => {
  it('sums by day in UTC and by model, with days of nothing, and leaves other days out', () => {
    const receipts = [
      receiptOf('a'),
      receiptOf('b', { model: 'large', charged: 500 }),
      receiptOf('c', { settledAt: NOON - 12 * HOUR }),
      receiptOf('d', { settledAt: NOON - 12 * HOUR - 1 }),
      receiptOf('e', { settledAt: NOON - 2 * DAY - 12 * HOUR }),
      receiptOf('f', { settledAt: NOON - 2 * DAY - 12 * HOUR - 1 }),
      receiptOf('g', { charged: 0, ending: 'failed' }),
    ];
    expect(usageReport(receipts, 3, NOON)).toEqual({
      tokens: 900,
      asks: 6,
      models: [
        { model: 'large', tokens: 500, asks: 1 },
        { model: 'small', tokens: 400, asks: 5 },
      ],
      days: [
        { day: '2026-12-20', tokens: 100, asks: 1, models: [{ model: 'small', tokens: 100, asks: 1 }] },
        { day: '2026-12-21', tokens: 100, asks: 1, models: [{ model: 'small', tokens: 100, asks: 1 }] },
        {
          ...{ day: '2026-12-22', tokens: 700, asks: 4 },
          models: [
            { model: 'large', tokens: 500, asks: 1 },
            { model: 'small', tokens: 200, asks: 3 },
          ],
        },
      ],
    });
  });

  it('loses no token between days and models, whatever was used when', () => {
    const one = fc.record({
      charged: fc.nat(1_000_000),
      model: fc.constantFrom('a', 'b', '__proto__'),
      settledAt: fc.integer({ min: NOON - 9 * DAY, max: NOON }),
    });
    fc.assert(
      fc.property(fc.array(one), (parts) => {
        const receipts = parts.map((part, n) => receiptOf(`r${n}`, part));
        const report = usageReport(receipts, 10, NOON);
        const total = parts.reduce((sum, { charged }) => sum + charged, 0);
        const ofModels = report.models.reduce((sum, { tokens }) => sum + tokens, 0);
        const ofDays = report.days.flatMap(({ models }) => models).reduce((sum, { tokens }) => sum + tokens, 0);
        expect([report.tokens, ofModels, ofDays, report.asks]).toEqual([total, total, total, parts.length]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the forecast', () => {
  const week = { watchedMs: 7 * DAY, lasting: [], dodoNow: DODO_NOW };
  const grant = (tokens: number, days: number) => ({ tokens, expiresAt: DODO_NOW + days * DAY });

  it('divides what is left by the pace, rounded down', () => {
    expect(forecast({ ...week, used: 700, left: 1_050 })).toEqual({
      ...{ perDay: 100, days: 10, until: DODO_NOW + 10.5 * DAY, expiring: null },
    });
    expect(forecast({ ...week, used: 1, left: 0 })?.days).toBe(0);
  });

  it('is none without usage, and none before a day has been watched', () => {
    expect(forecast({ ...week, used: 0, left: 5 })).toBeNull();
    expect(forecast({ ...week, watchedMs: DAY - 1, used: 9, left: 5 })).toBeNull();
    expect(forecast({ ...week, watchedMs: DAY, used: 9, left: 90 })).toMatchObject({ days: 10 });
  });

  it('uses what expires first, and tells what will have expired unused', () => {
    const lasting = [grant(1_000, 5), grant(300, 20)];
    expect(forecast({ ...week, used: 700, left: 1_300, lasting })).toEqual({
      ...{ perDay: 100, days: 8, until: DODO_NOW + 8 * DAY },
      expiring: { tokens: 500, at: DODO_NOW + 5 * DAY },
    });
    expect(forecast({ ...week, used: 700, left: 1_400, lasting })?.days).toBe(9);
  });

  it('takes what was used since the grants were read off the earliest', () => {
    const lasting = [grant(1_000, 5), grant(300, 20)];
    expect(forecast({ ...week, used: 700, left: 800, lasting })).toMatchObject({ days: 8, expiring: null });
  });

  it('stays exact and bounded with the largest figures', () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(forecast({ ...week, used: 1, left: most })).toMatchObject({ perDay: 0, days: 3_650 });
    expect(forecast({ ...week, used: most, left: most })).toMatchObject({ days: 7, until: DODO_NOW + 7 * DAY });
  });

  it('never tells more days than tokens and pace allow', () => {
    const facts = fc.record({
      used: fc.integer({ min: 1, max: 10_000_000 }),
      left: fc.nat(10_000_000),
      watchedMs: fc.integer({ min: DAY, max: 7 * DAY }),
      grants: fc.array(fc.tuple(fc.nat(5_000_000), fc.integer({ min: -1, max: 60 })), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(facts, ({ used, left, watchedMs, grants }) => {
        const lasting = grants.map(([tokens, days]) => grant(tokens, days)).sort((a, b) => a.expiresAt - b.expiresAt);
        const told = forecast({ used, left, watchedMs, lasting, dodoNow: DODO_NOW });
        if (told === null) throw new Error('expected a forecast');
        const latest = Math.max(DODO_NOW, ...lasting.map(({ expiresAt }) => expiresAt));
        const plain = forecast({ used, left, watchedMs, lasting: [], dodoNow: DODO_NOW });
        expect(told.until).toBeGreaterThanOrEqual(DODO_NOW);
        expect(told.until).toBeLessThanOrEqual(Math.max(latest, plain?.until ?? 0) + (plain?.until ?? 0) - DODO_NOW);
        expect(told.expiring?.tokens ?? 0).toBeLessThanOrEqual(left);
      }),
      { numRuns: 100 },
    );
  });
});
