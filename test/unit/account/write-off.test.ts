import { describe, expect, it } from 'vitest';
import { unsettledTokens } from '../../../src/core/account/available.ts';
import { MINUTE, SECOND } from '../../../src/core/time.ts';
import { type Bench, batchOf, createBench, credit, DODO_NOW, deducted, NOW, rowOf } from './bench.ts';

/** 300 tokens that Dodo took when the test began. */
function withTaken(balance: number): Bench {
  const bench = createBench({ balance });
  bench.account.metered.batches = [batchOf('b', 300)];
  return bench;
}

function whats(bench: Bench): string[] {
  return bench.records
    .filter((record) => record.kind !== 'ledger')
    .map((record) => `${record.kind} ${(record.body as { what: string }).what}`);
}

describe('usage that Dodo took and never deducted', () => {
  it('is written off a quarter of an hour later when the balance was at zero: audit row, metric, free of any later grant', () => {
    const bench = withTaken(400);
    bench.deliver(rowOf({ id: 'e', type: 'credit_expired', amount: 400, balanceBefore: 400 }));
    bench.advance(15 * MINUTE);
    bench.read([]);
    expect(unsettledTokens(bench.account)).toBe(0);
    expect(whats(bench)).toEqual(['audit usage_written_off']);
    expect(bench.count('tokens_written_off')).toBe(300);
    bench.deliver(credit('c', 1_000, { createdAt: bench.dodoNow }));
    expect(bench.hold('x', { inputTokens: 900, wantedOutputTokens: 100 })).toMatchObject({ clampedTo: null });
  });

  it('is written off when the balance was at zero in between, though new credits came since', () => {
    const bench = withTaken(400);
    bench.deliver(rowOf({ id: 'e', type: 'credit_expired', amount: 400, balanceBefore: 400 }));
    bench.advance(SECOND);
    bench.deliver(credit('c', 1_000, { createdAt: bench.dodoNow }));
    bench.advance(15 * MINUTE);
    bench.read([]);
    expect(whats(bench)).toEqual(['audit usage_written_off']);
  });

  it('is written off when the balance was at zero from before it was taken until the next credits', () => {
    const bench = createBench({ balance: 0 });
    bench.account.ledger = { ...bench.account.ledger, zeroAt: NOW - 30 * MINUTE } as typeof bench.account.ledger;
    bench.account.metered.batches = [batchOf('b', 300, { acceptedAt: NOW })];
    bench.advance(MINUTE);
    bench.deliver(credit('c', 1_000, { createdAt: bench.dodoNow }));
    bench.advance(15 * MINUTE);
    bench.read([]);
    expect(whats(bench)).toEqual(['audit usage_written_off']);
  });

  it('is written off when only the rows of a reading show that the balance was at zero', () => {
    const bench = withTaken(400);
    bench.advance(16 * MINUTE);
    bench.read([
      rowOf({ id: 'e', type: 'credit_expired', amount: 400, balanceBefore: 400, createdAt: DODO_NOW }),
      credit('c', 1_000, { createdAt: DODO_NOW + MINUTE }),
    ]);
    expect(whats(bench)).toEqual(['audit usage_written_off']);
  });

  it('alerts the operator and stays unsettled when the balance was above zero all the while', () => {
    const bench = withTaken(400);
    bench.advance(15 * MINUTE);
    bench.read([]);
    expect(unsettledTokens(bench.account)).toBe(300);
    expect(bench.records).toEqual([
      {
        kind: 'alert',
        id: 'b:not_metered',
        at: bench.now,
        body: { what: 'usage_not_metered', accountId: 'acc_1', tokens: 300 },
      },
    ]);
    expect(bench.count('tokens_written_off')).toBe(0);
    bench.advance(15 * MINUTE);
    bench.read([]);
    expect(bench.records).toHaveLength(1);
  });

  it('is given a quarter of an hour, counted to the beginning of the reading', () => {
    const bench = withTaken(0);
    bench.advance(20 * MINUTE);
    bench.read([], [], NOW + 15 * MINUTE - 1);
    expect(unsettledTokens(bench.account)).toBe(300);
    bench.read([], [], NOW + 15 * MINUTE);
    expect(unsettledTokens(bench.account)).toBe(0);
  });

  it('is neither while an attempt is unanswered, nor while it still waits', () => {
    const bench = createBench({ balance: 0 });
    const batches = [batchOf('b', 300, { unanswered: 1 }), batchOf('c', 5, { unanswered: 5, acceptedAt: null })];
    bench.account.metered = { waiting: 40, batches };
    bench.advance(60 * MINUTE);
    bench.read([]);
    expect(unsettledTokens(bench.account)).toBe(345);
    expect(whats(bench)).toEqual([]);
  });

  it('is settled by its row when the same reading brings it', () => {
    const bench = withTaken(300);
    bench.advance(16 * MINUTE);
    bench.read([deducted('row', 300, { balanceBefore: 300 })]);
    expect(unsettledTokens(bench.account)).toBe(0);
    expect(whats(bench)).toEqual([]);
  });

  it('is written off once: its row, should it come after all, only lowers the balance', () => {
    const bench = withTaken(0);
    bench.advance(15 * MINUTE);
    bench.read([]);
    bench.account.metered.waiting = 7;
    bench.deliver(credit('c', 1_000), deducted('row', 300, { balanceBefore: 1_000 }));
    expect(unsettledTokens(bench.account)).toBe(7);
    expect(bench.account.ledger?.balance).toBe(700);
  });
});
