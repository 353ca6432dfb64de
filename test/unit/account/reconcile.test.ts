import { describe, expect, it } from 'vitest';
import {
  decideReadingSkipped,
  isReadingDue,
  type ReconcileBody,
  requestReconcile,
} from '../../../src/core/account/reconcile.ts';
import { decideAccepted } from '../../../src/core/account/usage.ts';
import { MINUTE } from '../../../src/core/time.ts';
import { type Bench, batchOf, createBench, DODO_NOW, deducted, NOW } from './bench.ts';

function request(bench: Bench, reason: ReconcileBody['reason'], inMs: number): void {
  const { account, rows } = requestReconcile(bench.account, reason, bench.now + inMs, bench.now);
  bench.apply({ account, rows, reply: undefined });
}

/** Does what the worker does with every request that is due. @returns how often it read the ledger */
function work(bench: Bench): number {
  let readings = 0;
  for (const row of bench.rowsOf('reconcile')) {
    if (row.dueAt > bench.now) continue;
    const body = row.body as ReconcileBody;
    if (isReadingDue(bench.account, body)) {
      bench.read([]);
      readings += 1;
    } else if (bench.account.reconcile.done < body.seq) {
      bench.apply(decideReadingSkipped(bench.account, body.seq));
    }
    bench.rows.delete(row.id);
  }
  return readings;
}

/** Dodo takes an event of a batch of its own. */
function accepted(bench: Bench, id: string): void {
  bench.account.metered.batches.push(batchOf(id, 10, { unanswered: 10, acceptedAt: null }));
  const event = { eventId: id, customerId: 'cus_1', tokens: 10, model: 'plain', batchId: id, firstSentAt: bench.now };
  const figures = {
    inputTokens: 10,
    outputTokens: 0,
    cachedTokens: 0,
    source: 'discord',
    settledAt: bench.now,
  } as const;
  bench.apply(decideAccepted(bench.account, [{ ...event, ...figures }], bench.now));
}

describe('a request for a reading', () => {
  it('that is still to come in time serves another one as well', () => {
    const bench = createBench({ balance: 100 });
    request(bench, 'unsettled', 5 * MINUTE);
    request(bench, 'unsettled', 6 * MINUTE);
    expect(bench.rowsOf('reconcile')).toHaveLength(1);
  });

  it('that is being worked on serves no other: what it reads may be older', () => {
    const bench = createBench({ balance: 100 });
    request(bench, 'gap', 0);
    request(bench, 'gap', 0);
    expect(bench.rowsOf('reconcile').map((row) => row.id)).toEqual(['reconcile:acc_1:1', 'reconcile:acc_1:2']);
  });

  it('is not due when a later one was answered', () => {
    const bench = createBench({ balance: 100 });
    request(bench, 'gap', 0);
    request(bench, 'grants', 0);
    bench.read([]);
    expect(bench.account.reconcile.done).toBe(2);
    expect(isReadingDue(bench.account, { seq: 1, reason: 'gap' })).toBe(false);
  });

  it('is due when the reading that ended had begun before it', () => {
    const bench = createBench({ balance: 100 });
    request(bench, 'gap', 0);
    const seq = bench.account.reconcile.requested;
    request(bench, 'gap', 0);
    bench.account.reconcile.done = seq;
    expect(isReadingDue(bench.account, { seq: 2, reason: 'gap' })).toBe(true);
  });

  it('about sent usage needs no reading when all of it was seen', () => {
    const bench = createBench({ balance: 100 });
    accepted(bench, 'b');
    bench.deliver(deducted('row', 10, { balanceBefore: 100 }));
    bench.advance(20 * MINUTE);
    expect(work(bench)).toBe(0);
    expect(bench.account.reconcile).toMatchObject({ requested: 1, done: 1 });
  });

  it('that needs no reading does not answer an earlier one that still does', () => {
    const bench = createBench({ balance: 100 });
    request(bench, 'gap', 0);
    request(bench, 'unsettled', 0);
    bench.apply(decideReadingSkipped(bench.account, 2));
    expect(isReadingDue(bench.account, { seq: 1, reason: 'gap' })).toBe(true);
  });
});

describe('usage that was taken', () => {
  it('is looked for in time though an earlier request served for it', () => {
    const bench = createBench({ balance: 100 });
    accepted(bench, 'first');
    bench.advance(10 * MINUTE);
    accepted(bench, 'second');
    bench.deliver(deducted('row', 10, { balanceBefore: 100, createdAt: DODO_NOW + MINUTE }));
    bench.advance(6 * MINUTE);
    expect(work(bench)).toBe(1);
    expect(bench.records.filter((record) => record.kind === 'alert')).toEqual([]);
    bench.advance(10 * MINUTE);
    expect(work(bench)).toBe(1);
    expect(bench.records.filter((record) => record.kind === 'alert')).toHaveLength(1);
  });

  it('is looked for in time though the ledger was read for another reason meanwhile', () => {
    const bench = createBench({ balance: 100 });
    accepted(bench, 'b');
    bench.advance(MINUTE);
    request(bench, 'gap', 0);
    expect(work(bench)).toBe(1);
    bench.advance(15 * MINUTE);
    expect(work(bench)).toBe(1);
    expect(bench.records.filter((record) => record.kind === 'alert')).toHaveLength(1);
  });

  it('is looked for in time though only a debit’s request was to come, which has settled', () => {
    const bench = createBench({ balance: 100 });
    request(bench, 'debit', 2 * MINUTE);
    accepted(bench, 'b');
    bench.advance(2 * MINUTE);
    work(bench);
    bench.advance(14 * MINUTE);
    work(bench);
    expect(bench.records.filter((record) => record.kind === 'alert')).toHaveLength(1);
  });

  it('is not looked for again and again once the operator was alerted', () => {
    const bench = createBench({ balance: 100 });
    accepted(bench, 'b');
    let readings = 0;
    for (let minute = 0; minute < 180; minute += 1) {
      bench.advance(MINUTE);
      readings += work(bench);
    }
    expect(readings).toBe(1);
    expect(NOW + 180 * MINUTE).toBe(bench.now);
  });
});
