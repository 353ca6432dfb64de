import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unsettledTokens } from '../../../src/core/account/available.ts';
import { decideReading, keysOfRows, readLedgerSince } from '../../../src/core/account/ledger.ts';
import type { Grant, LedgerRow } from '../../../src/core/dodo/billing.ts';
import { SECOND } from '../../../src/core/time.ts';
import { type Bench, batchOf, createBench } from './bench.ts';
import { createLedgerModel, type LedgerModel } from './ledger-model.ts';

/** What Dodo's side does after our usage was sent. */
const events = fc.array(
  fc.record({
    what: fc.constantFrom('credit', 'use', 'use', 'elsewhere', 'take back', 'expire'),
    amount: fc.integer({ min: 1, max: 700 }),
    pause: fc.constantFrom(0, 300, 2 * SECOND, 9 * SECOND, 90 * SECOND),
  }),
  { minLength: 3, maxLength: 14, size: 'max' },
);

/** How its rows reach us: each drawn number is a row to deliver, or a reading of the ledger as it stood at some time. */
const deliveries = fc.record({
  copies: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 20, maxLength: 20, size: 'max' }),
  order: fc.array(fc.nat(), { minLength: 100, maxLength: 100, size: 'max' }),
  readings: fc.array(fc.record({ before: fc.nat(99), upTo: fc.nat(99) }), { maxLength: 3 }),
});

const START = { balance: 500, sent: 600 };

interface Story {
  rows: readonly LedgerRow[];
  model: LedgerModel;
}

function tell(list: { what: string; amount: number; pause: number }[]): Story {
  const clock = createBench();
  const model = createLedgerModel({ now: () => clock.dodoNow, overageLimit: 10_000 });
  model.credit(START.balance, 60 * SECOND);
  for (const { what, amount, pause } of list) {
    clock.advance(pause);
    if (what === 'credit') model.credit(amount, 60 * SECOND);
    else if (what === 'take back') model.takeBack(amount);
    else if (what === 'expire') model.expire();
    else model.useElsewhere(amount);
  }
  return { rows: model.rows.slice(1), model };
}

/** An account that has read the first row, and has sent usage that the rows to come may show. */
function ready(model: LedgerModel): Bench {
  const bench = createBench();
  bench.read(model.rows.slice(0, 1));
  bench.account.metered.batches = [batchOf('a', 250), batchOf('b', START.sent - 250)];
  bench.advance(10 * 60 * SECOND);
  return bench;
}

function read(bench: Bench, rows: readonly LedgerRow[], grants: Grant[]): void {
  const since = readLedgerSince(bench.account) ?? 0;
  // Pages come newest first; nothing is promised of rows of one instant.
  const shown = rows.filter((row) => row.createdAt >= since).reverse();
  const reading = { seq: bench.account.reconcile.requested, rows: shown, grants, startedAt: bench.now };
  const seen = new Set(keysOfRows(shown).filter((key) => bench.seen.has(key)));
  bench.apply(decideReading(bench.account, reading, seen, bench.rules, bench.moment()));
}

function inOrderOnce({ rows, model }: Story): Bench {
  const bench = ready(model);
  bench.deliver(...rows);
  read(bench, model.rows, model.grants());
  return bench;
}

function shuffled(
  { rows, model }: Story,
  how: { copies: number[]; order: number[]; readings: { before: number; upTo: number }[] },
): Bench {
  const bench = ready(model);
  const copies = rows.flatMap((row, at) => Array.from({ length: how.copies[at % 20] ?? 1 }, () => ({ ...row })));
  const keyed = copies.map((row, at) => ({ row, key: how.order[at % 100] ?? 0 }));
  keyed
    .sort((a, b) => a.key - b.key)
    .forEach(({ row }, at) => {
      for (const { upTo } of how.readings.filter(({ before }) => before === at)) {
        // A reading shows the ledger as it was at some time; whatever came by webhook until it began is in it.
        const known = model.rows.findLastIndex((one) => bench.seen.has(`row:${one.id}`));
        read(bench, model.rows.slice(0, Math.max(known + 1, upTo % (model.rows.length + 1))), []);
      }
      bench.deliver(row);
    });
  read(bench, model.rows, model.grants());
  return bench;
}

function outcome(bench: Bench) {
  const { ledger, grants, lowBalance, metered } = bench.account;
  const added = bench.notices().filter((notice) => notice.facts.kind === 'credits_added');
  return {
    balance: ledger?.balance,
    overage: ledger?.overage,
    grants,
    unsettled: unsettledTokens(bench.account),
    batches: metered.batches,
    told: lowBalance.told,
    rows: new Set(bench.records.filter((record) => record.kind === 'ledger').map((record) => record.id)),
    credits: added.map((notice) => `${notice.id} ${JSON.stringify(notice.facts)}`).sort(),
  };
}

function lendable(bench: Bench): number {
  return Math.max(0, (bench.account.ledger?.balance ?? 0) - unsettledTokens(bench.account));
}

/** Rows of one instant leave open which credit was last, and so what thresholds are shares of. */
function creditsAreApart(rows: readonly LedgerRow[]): boolean {
  const stamps = rows.filter((row) => row.isCredit).map((row) => row.createdAt);
  return new Set(stamps).size === stamps.length;
}

describe('ledger rows', () => {
  it('come to the same in any order, one to five times each, with readings in between, as in order once', () => {
    fc.assert(
      fc.property(events, deliveries, (list, how) => {
        const story = tell(list);
        fc.pre(creditsAreApart(story.model.rows));
        const once = inOrderOnce(story);
        const often = shuffled(story, how);
        expect(outcome(often)).toEqual(outcome(once));
        expect(often.account.ledger?.balance).toBe(story.model.balance());
        const ids = often.notices().map((notice) => notice.id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 300 },
    );
  });

  it('change nothing at all when they come again after everything', () => {
    fc.assert(
      fc.property(events, deliveries, (list, how) => {
        const story = tell(list);
        const bench = shuffled(story, how);
        const before = { account: { ...bench.account, reconcile: null }, told: bench.notices().length };
        bench.deliver(...story.rows, ...[...story.rows].reverse());
        read(bench, story.model.rows, story.model.grants());
        expect({ account: { ...bench.account, reconcile: null }, told: bench.notices().length }).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });

  it('never let more be lent in between than in order, whatever is missing', () => {
    fc.assert(
      fc.property(events, fc.array(fc.nat(), { minLength: 1, maxLength: 14 }), (list, picks) => {
        const story = tell(list);
        const bench = ready(story.model);
        let newest = 0;
        for (const pick of picks) {
          const at = story.rows.length === 0 ? 0 : pick % story.rows.length;
          const row = story.rows[at];
          if (row === undefined) return;
          bench.deliver(row);
          newest = Math.max(newest, at);
          const inOrder = ready(story.model);
          inOrder.deliver(...story.rows.slice(0, newest + 1));
          expect(lendable(bench)).toBeLessThanOrEqual(lendable(inOrder));
        }
      }),
      { numRuns: 200 },
    );
  });
});
