import { describe, expect, it } from 'vitest';
import { unsettledTokens } from '../../../src/core/account/available.ts';
import {
  decideAccepted,
  decideRefused,
  decideSending,
  isSent,
  type SentUsage,
  sentRowId,
} from '../../../src/core/account/usage.ts';
import type { UsageEvent } from '../../../src/core/dodo/billing.ts';
import { MINUTE } from '../../../src/core/time.ts';
import { type Bench, createBench, deducted, subscriptionTo } from './bench.ts';

/** An account by meter that has asked under these ids, for 100 tokens each. */
function withUsage(...askIds: string[]): Bench {
  const bench = createBench({ balance: 100_000, account: { subscriptions: [subscriptionTo('starter')] } });
  for (const askId of askIds) bench.spend(askId, 100);
  return bench;
}

function freshEvents(bench: Bench): UsageEvent[] {
  return bench
    .rowsOf('usage')
    .map((row) => row.body as UsageEvent | SentUsage)
    .filter((usage) => !isSent(usage));
}

function send(bench: Bench, batchId: string, events = freshEvents(bench)): SentUsage[] {
  return bench.apply(decideSending(bench.account, events, bench.seen, batchId, bench.now + MINUTE, bench.now));
}

function accept(bench: Bench, events: readonly SentUsage[]): void {
  bench.apply(decideAccepted(bench.account, events, bench.now));
}

describe('usage on its way to the meter', () => {
  it('waits until Dodo is asked to take it; then each event is one row that names its batch', () => {
    const bench = withUsage('a', 'b');
    expect(bench.account.metered).toEqual({ waiting: 200, batches: [] });
    const sent = send(bench, 'batch');
    expect(bench.account.metered).toEqual({
      waiting: 0,
      batches: [{ id: 'batch', tokens: 200, unanswered: 200, acceptedAt: null, isAlerted: false }],
    });
    expect(bench.rowsOf('usage').map((row) => row.id)).toEqual(['usage:a:sent', 'usage:b:sent']);
    expect(bench.rowsOf('usage').every((row) => row.dueAt === bench.now + MINUTE)).toBe(true);
    expect(sent.map((event) => [event.eventId, event.batchId, event.firstSentAt])).toEqual([
      ['a', 'batch', bench.now],
      ['b', 'batch', bench.now],
    ]);
  });

  it('is not put under way a second time by a flusher that was stalled with it in its hands', () => {
    const bench = withUsage('a', 'b');
    const stalled = freshEvents(bench);
    send(bench, 'first');
    const before = structuredClone(bench.account);
    expect(send(bench, 'second', stalled)).toEqual([]);
    expect(bench.account).toEqual(before);
  });

  it('goes on waiting when it was settled while others were sent', () => {
    const bench = withUsage('a');
    send(bench, 'batch');
    bench.spend('b', 100);
    expect(bench.account.metered.waiting).toBe(100);
    expect(unsettledTokens(bench.account)).toBe(200);
  });

  it('stays unsettled when Dodo has taken it; only its rows go', () => {
    const bench = withUsage('a', 'b');
    accept(bench, send(bench, 'batch'));
    expect(bench.rowsOf('usage')).toEqual([]);
    expect(bench.account.metered.batches).toEqual([
      { id: 'batch', tokens: 200, unanswered: 0, acceptedAt: bench.now, isAlerted: false },
    ]);
  });

  it('may be deducted before its answer comes, and is settled then', () => {
    const bench = withUsage('a');
    const sent = send(bench, 'batch');
    bench.deliver(deducted('row', 100, { balanceBefore: 100_000 }));
    expect(unsettledTokens(bench.account)).toBe(0);
    expect(bench.count('tokens_foreign')).toBe(0);
    accept(bench, sent);
    expect(bench.account.metered).toEqual({ waiting: 0, batches: [] });
  });

  it('waits again when Dodo refuses it, and no deduction is expected for it', () => {
    const bench = withUsage('a', 'b');
    const [first, second] = send(bench, 'batch');
    if (first === undefined || second === undefined) throw new Error('expected two events');
    bench.apply(decideRefused(bench.account, first));
    accept(bench, [second]);
    expect(bench.account.metered).toEqual({
      waiting: 100,
      batches: [{ id: 'batch', tokens: 100, unanswered: 0, acceptedAt: bench.now, isAlerted: false }],
    });
    bench.deliver(deducted('row', 100, { balanceBefore: 100_000 }));
    expect(bench.account.metered).toEqual({ waiting: 100, batches: [] });
  });

  it('is looked for in the ledger a quarter of an hour after it was taken', () => {
    const bench = withUsage('a');
    accept(bench, send(bench, 'batch'));
    expect(bench.rowsOf('reconcile')).toMatchObject([
      { dueAt: bench.now + 16 * MINUTE, body: { reason: 'unsettled' } },
    ]);
  });

  it('is not looked for when it was deducted before its answer came', () => {
    const bench = withUsage('a');
    const sent = send(bench, 'batch');
    bench.deliver(deducted('row', 100, { balanceBefore: 100_000 }));
    accept(bench, sent);
    expect(bench.rowsOf('reconcile')).toEqual([]);
  });

  it('has a row of its own that is not the fresh one’s', () => {
    const [event] = send(withUsage('a'), 'batch');
    expect(event && sentRowId(event)).toBe('usage:a:sent');
  });

  it('keeps the account small though nothing is ever deducted, and no token is lost sight of', () => {
    const bench = withUsage();
    const all: SentUsage[] = [];
    for (let flush = 0; flush < 300; flush += 1) {
      bench.spend(`ask${flush}`, 20);
      const sent = send(bench, `batch${flush}`);
      if (flush % 3 > 0) accept(bench, sent);
      else all.push(...sent);
    }
    expect(bench.account.metered.batches.length).toBeLessThanOrEqual(50);
    expect(unsettledTokens(bench.account)).toBe(6_000);
    accept(bench, all);
    expect(bench.account.metered.batches.every((batch) => batch.unanswered === 0)).toBe(true);
    bench.deliver(deducted('row', 6_000, { balanceBefore: 100_000 }));
    expect(bench.account.metered).toEqual({ waiting: 0, batches: [] });
  });
});
