import { describe, expect, it } from 'vitest';
import { decideHold, keysOfAsk } from '../../../src/core/account/hold.ts';
import { decideRelease } from '../../../src/core/account/settle.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/core/time.ts';
import { ann, ben, createBench, DODO_NOW, plainModel } from './bench.ts';

describe('a hold', () => {
  it('is the input and the output bound, and lowers what is available at once', () => {
    const bench = createBench({ balance: 1_000 });
    const reply = bench.hold('a', { inputTokens: 100, wantedOutputTokens: 500 });
    expect(reply).toMatchObject({ kind: 'held', clampedTo: null, hold: { tokens: 600, outputBound: 500 } });
    expect(bench.hold('b', { inputTokens: 100, wantedOutputTokens: 500 })).toMatchObject({
      kind: 'held',
      clampedTo: 'balance',
      hold: { tokens: 400, outputBound: 300 },
    });
    expect(bench.count('asks_clamped')).toBe(1);
  });

  it('weighs input at the dearer of its two weights, and rounds parts of a token up', () => {
    const bench = createBench({ balance: 1_000 });
    const model = { ...plainModel, inputWeight: 100, cachedInputWeight: 150, outputWeight: 2_500 };
    const reply = bench.hold('a', { model, inputTokens: 7, wantedOutputTokens: 11 });
    expect(reply).toMatchObject({ hold: { tokens: 2 + 28 } });
  });

  it('lowers the bound to what the weights leave affordable', () => {
    const bench = createBench({ balance: 100 });
    const model = { ...plainModel, outputWeight: 3_000 };
    const reply = bench.hold('a', { model, inputTokens: 20, wantedOutputTokens: 500 });
    expect(reply).toMatchObject({ clampedTo: 'balance', hold: { outputBound: 26, tokens: 98 } });
  });

  it('is refused below the least useful bound, saying what it needs and what is there', () => {
    const bench = createBench({ balance: 109 });
    const refusal = { reason: 'no_tokens', needs: 110, available: 109 };
    expect(bench.hold('a', { inputTokens: 100 })).toEqual({ kind: 'refused', refusal });
    expect(bench.account.holds).toEqual([]);
    expect(bench.rows.size).toBe(0);
    const enough = createBench({ balance: 110 });
    expect(enough.hold('a', { inputTokens: 100 })).toMatchObject({ kind: 'held', hold: { outputBound: 10 } });
  });

  it('asks for no more than the answer could use, even where the least useful bound is larger', () => {
    const bench = createBench({ balance: 15 });
    expect(bench.hold('a', { inputTokens: 10, wantedOutputTokens: 5 })).toMatchObject({ hold: { outputBound: 5 } });
  });

  it('has a lease beside the account, and notes who asked', () => {
    const bench = createBench({ balance: 1_000 });
    bench.hold('a', { by: ben, lapse: { some: 'thing' } });
    expect(bench.rowsOf('lapse')).toEqual([
      { id: 'lapse:a', topic: 'lapse', accountId: 'acc_1', dueAt: bench.now + 30 * SECOND, body: { some: 'thing' } },
    ]);
    expect(bench.account.lastAsked).toEqual(ben);
  });

  it('leaves nothing to know it by when no other ask can have its id', () => {
    const bench = createBench({ balance: 1_000 });
    expect(bench.hold('a', { isUnique: true })).toMatchObject({ kind: 'held' });
    expect(bench.seen.size).toBe(0);
    expect(keysOfAsk({ askId: 'a', isUnique: true })).toEqual([]);
    bench.hold('b');
    expect([...bench.seen.keys()]).toEqual(keysOfAsk({ askId: 'b' }));
  });

  it('is refused a second time under one ask id, even after it was settled or released', () => {
    const bench = createBench({ balance: 1_000 });
    bench.hold('a');
    expect(bench.hold('a')).toEqual({ kind: 'repeated', askId: 'a', isSame: true, isRunning: true });
    bench.settle('a');
    expect(bench.hold('a')).toMatchObject({ kind: 'repeated', isRunning: false });
    bench.hold('b');
    expect(bench.apply(decideRelease(bench.account, 'b'))).toBe(true);
    expect(bench.hold('b')).toMatchObject({ kind: 'repeated', isRunning: false });
    expect(bench.account.holds).toEqual([]);
    expect(bench.count('asks_repeated')).toBe(3);
  });

  it('is dropped by a release, free of charge, once', () => {
    const bench = createBench({ balance: 1_000 });
    bench.hold('a');
    expect(bench.apply(decideRelease(bench.account, 'a'))).toBe(true);
    expect(bench.apply(decideRelease(bench.account, 'a'))).toBe(false);
    expect(bench.rows.size).toBe(0);
    expect(bench.records).toEqual([]);
    expect(bench.settle('a')).toBeNull();
  });

  it('is refused when as many asks run as one account may have', () => {
    const bench = createBench({ balance: 10_000, rules: { maxAsksPerAccount: 2 } });
    bench.hold('a');
    bench.hold('b');
    expect(bench.hold('c')).toEqual({ kind: 'refused', refusal: { reason: 'too_many_running', limit: 2 } });
    bench.settle('a');
    expect(bench.hold('c')).toMatchObject({ kind: 'held' });
  });

  it('is refused beyond the asks of a minute; the next minute is a new one, and zero means no limit', () => {
    const bench = createBench({ balance: 10_000, rules: { asksPerMinute: 1 } });
    bench.hold('a');
    expect(bench.hold('b')).toEqual({ kind: 'refused', refusal: { reason: 'too_many_a_minute', limit: 1 } });
    bench.advance(MINUTE);
    expect(bench.hold('b')).toMatchObject({ kind: 'held' });
    const free = createBench({ balance: 10_000, rules: { asksPerMinute: 0 } });
    for (let ask = 0; ask < 30; ask += 1) expect(free.hold(`a${ask}`, { inputTokens: 1 }).kind).toBe('held');
  });

  it.each([
    ['the input is no count', { inputTokens: 1.5 }],
    ['the input is negative', { inputTokens: -1 }],
    ['the input is beyond what is exact', { inputTokens: Number.MAX_SAFE_INTEGER }],
    ['the wanted output is no number', { wantedOutputTokens: Number.NaN }],
  ])('throws and takes nothing when %s', (_why, parts) => {
    const bench = createBench({ balance: 1_000 });
    expect(() => bench.hold('a', parts)).toThrow(RangeError);
    expect(bench.account.holds).toEqual([]);
  });
});

describe('money fails closed (pain 4)', () => {
  it('refuses who never bought anything for want of tokens, and a customer whose ledger was not read as unconfirmed', () => {
    const stranger = createBench({ account: { customerId: null } });
    expect(stranger.hold('a')).toMatchObject({ refusal: { reason: 'no_tokens', needs: 20, available: 0 } });
    expect(createBench().hold('a')).toMatchObject({ refusal: { reason: 'balance_unconfirmed' } });
  });

  it('goes on against a confirmed balance while Dodo was heard within the age, and no longer', () => {
    const bench = createBench({ balance: 1_000 });
    const heard = (dodoHeardAt: number | null) =>
      bench.hold(`a${dodoHeardAt}`, { dodoHeardAt, wantedOutputTokens: 10 });
    expect(heard(bench.now - 15 * MINUTE)).toMatchObject({ kind: 'held' });
    expect(heard(bench.now - 15 * MINUTE - 1)).toMatchObject({ refusal: { reason: 'billing_silent' } });
    expect(heard(null)).toMatchObject({ refusal: { reason: 'billing_silent' } });
  });

  it('trusts the balance of an account made again from Dodo only when the meter has run, whoever has read it before', () => {
    const bench = createBench({ balance: 1_000 });
    bench.account.trustFrom = bench.now + 1;
    expect(bench.hold('a')).toMatchObject({ refusal: { reason: 'balance_unconfirmed' } });
    bench.advance(1);
    expect(bench.hold('b')).toMatchObject({ kind: 'held' });
  });

  it('serves an account that was not confirmed for a day, and queues one reading for it', () => {
    const bench = createBench({ balance: 1_000 });
    bench.advance(DAY + 1);
    expect(bench.hold('a', { dodoHeardAt: bench.now })).toMatchObject({ kind: 'held' });
    expect(bench.hold('b', { dodoHeardAt: bench.now })).toMatchObject({ kind: 'held' });
    expect(bench.rowsOf('reconcile')).toMatchObject([{ dueAt: bench.now, body: { reason: 'stale' } }]);
  });

  it('queues no reading for an account that was confirmed within the day', () => {
    const bench = createBench({ balance: 1_000 });
    bench.advance(DAY);
    bench.hold('a', { dodoHeardAt: bench.now });
    expect(bench.rowsOf('reconcile')).toEqual([]);
  });

  it('queues another reading when the one asked for has been lost from sight', () => {
    const bench = createBench({ balance: 1_000 });
    bench.advance(DAY + 1);
    bench.hold('a', { dodoHeardAt: bench.now });
    bench.advance(HOUR);
    bench.hold('b', { dodoHeardAt: bench.now });
    expect(bench.rowsOf('reconcile')).toHaveLength(2);
  });
});

describe('a grant that should be gone', () => {
  function withGoneGrant() {
    const bench = createBench({ balance: 1_000 });
    bench.account.grants = [{ id: 'gone', remaining: 1_000, expiresAt: DODO_NOW + MINUTE }];
    return bench;
  }

  it('is asked about by the ask that it makes fail, once in a while', () => {
    const bench = withGoneGrant();
    bench.advance(10 * MINUTE);
    expect(bench.hold('a')).toMatchObject({ refusal: { reason: 'no_tokens', available: 0 } });
    expect(bench.hold('b')).toMatchObject({ refusal: { reason: 'no_tokens', available: 0 } });
    expect(bench.rowsOf('reconcile')).toMatchObject([{ body: { reason: 'stale' } }]);
    bench.read([], []);
    expect(bench.hold('c')).toMatchObject({ kind: 'held' });
  });

  it('is not asked about before its expiry could have been heard of', () => {
    const bench = withGoneGrant();
    bench.advance(2 * MINUTE);
    expect(bench.hold('a')).toMatchObject({ kind: 'refused' });
    expect(bench.rowsOf('reconcile')).toEqual([]);
  });
});

describe('decisions', () => {
  it('leave the account that they were given as it was', () => {
    const bench = createBench({ balance: 1_000 });
    bench.hold('a');
    const before = JSON.stringify(bench.account);
    const request = { askId: 'b', by: ann, modelName: 'plain', model: plainModel, inputTokens: 1, lapse: {} };
    decideHold(
      bench.account,
      { ...request, wantedOutputTokens: 50, dodoHeardAt: bench.now },
      new Set(),
      bench.rules,
      bench.moment(),
    );
    decideRelease(bench.account, 'a');
    expect(JSON.stringify(bench.account)).toBe(before);
  });
});

describe("a hold under the operator's bound", () => {
  it('is lowered to it when the wallet would pay for more, and says whose bound it is', () => {
    const bench = createBench({ balance: 1_000 });
    const reply = bench.hold('a', { inputTokens: 10, wantedOutputTokens: 90, atMost: 50 });
    expect(reply).toMatchObject({ clampedTo: 'day', hold: { tokens: 50, outputBound: 40 } });
    expect(bench.hold('b', { atMost: 5_000 })).toMatchObject({ clampedTo: null });
  });

  it("is the member's own when the wallet pays for less", () => {
    const bench = createBench({ balance: 60 });
    expect(bench.hold('a', { atMost: 90 })).toMatchObject({ clampedTo: 'balance', hold: { tokens: 60 } });
  });

  it('is refused below the least useful bound, for the wallet first, then for the operator', () => {
    const bench = createBench({ balance: 1_000 });
    expect(bench.hold('a', { atMost: 19 })).toEqual({ kind: 'refused', refusal: { reason: 'daily_limit' } });
    expect(bench.hold('b', { atMost: 20 })).toMatchObject({ kind: 'held' });
    const poor = createBench({ balance: 15 });
    expect(poor.hold('a', { atMost: 19 })).toMatchObject({ refusal: { reason: 'no_tokens' } });
  });
});
