import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costInCents, formatAmount, multiplyAmounts, parseAmount } from '../../../src/sandbox/dodo/amount.ts';
import { addInterval } from '../../../src/sandbox/dodo/clock.ts';
import { creditsForUnits, planDraw, planExpiry, planOverage, precisionStep } from '../../../src/sandbox/dodo/ledger.ts';

const grant = (id: string, remaining: bigint, createdAt: number, expiresAt: number | null) => ({
  id,
  remaining,
  createdAt,
  expiresAt,
});

describe('amounts', () => {
  it('reads what it writes, for every amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (value) => {
        expect(parseAmount(formatAmount(value))).toBe(value);
      }),
    );
  });

  it('refuses what is not a decimal number', () => {
    for (const text of ['', '1e3', '1,5', '.5', '1.', '0.12345678901', 'NaN']) {
      expect(() => parseAmount(text)).toThrow(/expected a decimal number/);
    }
  });

  it('multiplies and prices without floats', () => {
    expect(formatAmount(multiplyAmounts(parseAmount('5000000'), parseAmount('3')))).toBe('15000000');
    expect(costInCents(parseAmount('1000000'), parseAmount('0.000005'))).toBe(500);
    expect(costInCents(parseAmount('1000'), parseAmount('0.000005'))).toBe(1);
    expect(costInCents(parseAmount('999'), parseAmount('0.000005'))).toBe(0);
  });
});

describe('drawing from grants', () => {
  const topup = grant('topup', 100n, 1, 900);
  const plan = grant('plan', 100n, 2, 300);

  it('takes the earliest expiring grant first, or the oldest', () => {
    expect(planDraw([topup, plan], 150n, 'earliest_expiring').draws).toEqual([
      { grantId: 'plan', amount: 100n },
      { grantId: 'topup', amount: 50n },
    ]);
    expect(planDraw([topup, plan], 150n, 'oldest').draws[0]).toEqual({ grantId: 'topup', amount: 100n });
  });

  it('takes a grant that never expires last', () => {
    const draws = planDraw([grant('never', 5n, 1, null), plan], 1n, 'earliest_expiring').draws;
    expect(draws).toEqual([{ grantId: 'plan', amount: 1n }]);
  });

  it('gives out exactly what was asked for or says what is short', () => {
    const grants = fc.array(fc.record({ remaining: fc.bigInt({ min: 0n, max: 50n }), createdAt: fc.nat(5) }));
    fc.assert(
      fc.property(grants, fc.bigInt({ min: 0n, max: 200n }), (some, amount) => {
        const all = some.map((one, index) => grant(String(index), one.remaining, one.createdAt, null));
        const { draws, short } = planDraw(all, amount, 'oldest');
        const drawn = draws.reduce((sum, draw) => sum + draw.amount, 0n);
        const total = all.reduce((sum, one) => sum + one.remaining, 0n);
        expect(drawn + short).toBe(amount);
        expect(short).toBe(amount > total ? amount - total : 0n);
        for (const draw of draws) expect(draw.amount).toBeLessThanOrEqual(all[Number(draw.grantId)]?.remaining ?? 0n);
      }),
    );
  });
});

describe('overage', () => {
  it('is refused when off, unbounded without a limit, and cut at the limit', () => {
    expect(planOverage(0n, 10n, { enabled: false, limit: null })).toEqual({ charged: 0n, refused: 10n });
    expect(planOverage(0n, 10n, { enabled: true, limit: null })).toEqual({ charged: 10n, refused: 0n });
    expect(planOverage(4n, 10n, { enabled: true, limit: 6n })).toEqual({ charged: 2n, refused: 8n });
    expect(planOverage(9n, 10n, { enabled: true, limit: 6n })).toEqual({ charged: 0n, refused: 10n });
  });
});

describe('expiry', () => {
  const rule = { percentage: 50, maxCount: 1, lastsMs: null };

  it('rolls over the share, rounded down to the precision, and lets the rest expire', () => {
    expect(planExpiry(parseAmount('5'), 0, rule, precisionStep(0))).toEqual({
      rolled: parseAmount('2'),
      forfeited: 0n,
      expired: parseAmount('3'),
    });
    expect(planExpiry(7n, 0, null, 1n)).toEqual({ rolled: 0n, forfeited: 0n, expired: 7n });
  });

  it('forfeits what was rolled over often enough', () => {
    expect(planExpiry(8n, 1, rule, 1n)).toEqual({ rolled: 0n, forfeited: 8n, expired: 0n });
  });
});

describe('units', () => {
  it('keeps the units that make no whole credit for the next run', () => {
    const step = precisionStep(0);
    const first = creditsForUnits(parseAmount('1500'), parseAmount('1000'), step);
    expect([formatAmount(first.credits), formatAmount(first.restUnits)]).toEqual(['1', '500']);
    const second = creditsForUnits(parseAmount('500') + first.restUnits, parseAmount('1000'), step);
    expect([formatAmount(second.credits), second.restUnits]).toEqual(['1', 0n]);
  });
});

describe('billing dates', () => {
  it('keep to the end of short months', () => {
    const iso = (text: string, months: number) =>
      new Date(addInterval(Date.parse(text), months, 'Month')).toISOString();
    expect(iso('2027-01-31T10:00:00Z', 1)).toBe('2027-02-28T10:00:00.000Z');
    expect(iso('2026-12-15T10:00:00Z', 1)).toBe('2027-01-15T10:00:00.000Z');
    expect(iso('2028-02-29T00:00:00Z', 12)).toBe('2029-02-28T00:00:00.000Z');
  });
});
