import { describe, expect, it } from 'vitest';
import {
  decideAccepted,
  decideForgotten,
  decideRefused,
  decideReplayed,
  decideSending,
  type SentUsage,
} from '../../../src/core/account/usage.ts';
import type { UsageEvent } from '../../../src/core/dodo/billing.ts';
import { type Bench, createBench, deducted, subscriptionTo } from './bench.ts';

/** Two asks whose usage was sent together; the first was refused. */
function withRefused(): { bench: Bench; refused: SentUsage; other: SentUsage } {
  const bench = createBench({ balance: 1_000, account: { subscriptions: [subscriptionTo('starter')] } });
  bench.spend('one', 100);
  bench.spend('two', 30);
  const fresh = bench.rowsOf('usage').map((row) => row.body as UsageEvent);
  const sent = bench.apply(decideSending(bench.account, fresh, new Set(), 'batch', bench.now + 1, bench.now));
  const [refused, other] = sent;
  if (refused === undefined || other === undefined) throw new Error('expected two events');
  bench.rows.delete(`usage:${refused.eventId}:sent`);
  bench.apply(decideRefused(bench.account, refused));
  return { bench, refused, other };
}

function owed(bench: Bench): number {
  const { waiting, batches } = bench.account.metered;
  return waiting + batches.reduce((sum, batch) => sum + batch.tokens, 0);
}

describe('usage that Dodo refused', () => {
  it('goes back under way with its row when it is replayed, and is settled by its deduction', () => {
    const { bench, refused, other } = withRefused();
    expect(bench.account.metered).toMatchObject({ waiting: 100, batches: [{ tokens: 30, unanswered: 30 }] });
    bench.apply(decideReplayed(bench.account, refused, bench.now));
    expect(bench.account.metered).toMatchObject({ waiting: 0, batches: [{ tokens: 130, unanswered: 130 }] });
    expect(bench.rowsOf('usage').map((row) => row.id)).toContain('usage:one:sent');
    bench.apply(decideAccepted(bench.account, [refused, other], bench.now));
    bench.deliver(deducted('row', 130, { balanceBefore: 1_000 }));
    expect(bench.account.metered).toEqual({ waiting: 0, batches: [] });
    expect(bench.rowsOf('usage')).toEqual([]);
  });

  it('opens its batch again when the others of it were settled meanwhile', () => {
    const { bench, refused, other } = withRefused();
    bench.apply(decideAccepted(bench.account, [other], bench.now));
    bench.deliver(deducted('row', 30, { balanceBefore: 1_000 }));
    expect(bench.account.metered.batches).toEqual([]);
    bench.apply(decideReplayed(bench.account, refused, bench.now));
    expect(bench.account.metered).toMatchObject({ waiting: 0, batches: [{ id: 'batch', tokens: 100 }] });
    expect(owed(bench)).toBe(100);
  });

  it('is the loss of the operator once it is forgotten, and no more than that', () => {
    const { bench, refused } = withRefused();
    bench.apply(decideForgotten(bench.account, refused, bench.now));
    expect(owed(bench)).toBe(30);
    expect(bench.count('tokens_written_off')).toBe(100);
    expect(bench.records.at(-1)).toMatchObject({ kind: 'audit', body: { what: 'usage_forgotten', writtenOff: 100 } });
    bench.apply(decideForgotten(bench.account, refused, bench.now));
    expect([owed(bench), bench.count('tokens_written_off')]).toEqual([30, 100]);
  });
});
