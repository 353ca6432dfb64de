import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affordableOutput, knownModels, unknownModel, weighUsage } from '../../../src/core/models.ts';
import { formatTokens, formatUsd, tokens, weighTokens } from '../../../src/core/tokens.ts';
import { accountIdOf, askIdOf, isSameUser, newAskId, safetyIdOf } from '../../../src/core/wallets/identity.ts';
import { ann, plainModel } from '../account/bench.ts';

describe('tokens', () => {
  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('are never %s', (value) => {
    expect(() => tokens(value, 'a figure')).toThrow(`expected a figure to be a whole number of tokens`);
  });

  it('are weighed in thousandths, parts rounded up', () => {
    expect(weighTokens(1, 1)).toBe(1);
    expect(weighTokens(1_000, 1)).toBe(1);
    expect(weighTokens(1_001, 1)).toBe(2);
    expect(weighTokens(7, 1_500)).toBe(11);
    expect(weighTokens(0, 5_000)).toBe(0);
    expect(weighTokens(5, 0)).toBe(0);
  });

  it('are refused where the product would not be exact', () => {
    expect(() => weighTokens(Number.MAX_SAFE_INTEGER, 1_000)).toThrow(RangeError);
    expect(() => weighTokens(1, 1.5)).toThrow(RangeError);
  });

  it('are weighed exactly and never for less than their weight', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000), fc.nat(100_000), (count, perMille) => {
        const exact = BigInt(count) * BigInt(perMille);
        const weighed = BigInt(weighTokens(count, perMille));
        expect(weighed * 1000n).toBeGreaterThanOrEqual(exact);
        expect((weighed - 1n) * 1000n).toBeLessThan(exact === 0n ? 1n : exact);
      }),
    );
  });

  it('are written with thousands, money with cents', () => {
    expect(formatTokens(1_234_567)).toBe('1,234,567');
    expect([formatUsd(1_900), formatUsd(5), formatUsd(123_456)]).toEqual(['$19.00', '$0.05', '$1,234.56']);
  });
});

describe('what output is affordable', () => {
  it('is the most that the budget pays for, whatever the weight', () => {
    const weights = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(fc.nat(1_000_000_000), weights, (budget, outputWeight) => {
        const bound = affordableOutput({ ...plainModel, outputWeight }, budget);
        expect(weighTokens(bound, outputWeight)).toBeLessThanOrEqual(budget);
        expect(weighTokens(bound + 1, outputWeight)).toBeGreaterThan(budget);
      }),
    );
  });

  it('is nothing without a budget', () => {
    expect(affordableOutput(plainModel, 0)).toBe(0);
    expect(affordableOutput(plainModel, -5)).toBe(0);
  });
});

describe('the model table', () => {
  it('has room for an answer beside the least useful bound in every model', () => {
    for (const model of [...Object.values(knownModels), unknownModel]) {
      expect(model.leastOutputTokens).toBeLessThanOrEqual(model.maxOutputTokens);
      expect(model.maxOutputTokens).toBeLessThan(model.contextTokens);
      expect(model.leastOutputTokens).toBeGreaterThanOrEqual(128);
    }
  });

  it('charges a provider’s total at par', () => {
    const usage = { inputTokens: 100, cachedTokens: 30, outputTokens: 20 };
    expect(weighUsage(unknownModel, usage)).toBe(120);
  });
});

describe('identities', () => {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');

  it('of accounts are the same in every process and tell nothing of the user', () => {
    const user = { platform: 'slack', workspace: 'T1', user: 'U123456' } as const;
    expect(accountIdOf(hash, user)).toBe(accountIdOf(hash, { ...user }));
    expect(accountIdOf(hash, user)).not.toContain('U123456');
  });

  it('of accounts differ by platform, workspace and user', () => {
    const users = [
      ann,
      { ...ann, user: '2' },
      { ...ann, platform: 'slack' as const },
      { ...ann, platform: 'slack' as const, workspace: 'T1' },
    ];
    expect(new Set(users.map((user) => accountIdOf(hash, user))).size).toBe(4);
    expect(isSameUser(ann, { ...ann })).toBe(true);
    expect(users.slice(1).some((user) => isSameUser(user, ann))).toBe(false);
  });

  it('of asks follow from their cause, so that a cause delivered twice is one ask', () => {
    for (const at of [null, 1_800_000_000_000]) {
      expect(askIdOf(hash, 'discord', 'i1', at)).toBe(askIdOf(hash, 'discord', 'i1', at));
      expect(askIdOf(hash, 'discord', 'i1', at)).not.toBe(askIdOf(hash, 'slack', 'i1', at));
      expect(askIdOf(hash, 'discord', 'i1', at)).not.toBe(askIdOf(hash, 'discord', 'i2', at));
    }
  });

  it('of asks whose platform says when they were made sort by that', () => {
    const ids = [999, 1_000, 4e12].map((at) => askIdOf(hash, 'discord', `i${at}`, at));
    expect(ids.toSorted()).toEqual(ids);
    expect(askIdOf(hash, 'discord', 'i1', 1_800_000_000_000)).toMatch(/^ask_01a3185c5000[0-9a-f]{12}$/);
  });

  it('of asks that nobody can repeat sort by time, and two of one moment differ', () => {
    const [uuid, other] = ['0b6f2a8e-3c4d-4e5f-8a9b-000000000000', 'ffffffff-ffff-4fff-bfff-ffffffffffff'];
    expect(newAskId(1_800_000_000_000, uuid)).toBe('ask_01a3185c50000b6f2a8e3c4d');
    const ids = [newAskId(999, other), newAskId(1_000, uuid), newAskId(1_000, other), newAskId(4e12, uuid)];
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(4);
  });

  it('told to the model’s provider are not the account’s id', () => {
    expect(safetyIdOf(hash, 'acc_1')).not.toContain('acc_1');
    expect(safetyIdOf(hash, 'acc_1')).toBe(safetyIdOf(hash, 'acc_1'));
  });
});
