import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeDrift, type Sighting } from '../../../src/core/account/drift.ts';
import { readLedgerSince } from '../../../src/core/account/ledger.ts';
import type { CustomerBalance } from '../../../src/core/dodo/billing.ts';
import { MINUTE, SECOND } from '../../../src/core/time.ts';
import { type Bench, batchOf, createBench } from './bench.ts';
import { createLedgerModel, type LedgerModel } from './ledger-model.ts';

/** What happens at Dodo, and whether its webhook comes. */
const events = fc.array(
  fc.record({
    what: fc.constantFrom('credit', 'use', 'elsewhere', 'take back', 'expire'),
    amount: fc.integer({ min: 1, max: 700 }),
    pause: fc.constantFrom(0, 300, 2 * SECOND, 9 * SECOND, 90 * SECOND),
    isLost: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12, size: 'max' },
);

function begin(): { bench: Bench; model: LedgerModel } {
  const bench = createBench();
  const model = createLedgerModel({ now: () => bench.dodoNow, overageLimit: 10_000 });
  model.credit(500, MINUTE);
  read(bench, model);
  bench.account.metered.batches = [batchOf('a', 600)];
  bench.advance(10 * MINUTE);
  return { bench, model };
}

function read(bench: Bench, model: LedgerModel): void {
  bench.read(model.rowsSince(readLedgerSince(bench.account)).reverse(), model.grants());
}

function happen(model: LedgerModel, what: string, amount: number): void {
  if (what === 'credit') model.credit(amount, MINUTE);
  else if (what === 'take back') model.takeBack(amount);
  else if (what === 'expire') model.expire();
  else model.useElsewhere(amount);
}

/** @returns what the sweep after this one must know, and whether a reading was made */
function sweep(bench: Bench, model: LedgerModel, before: Sighting | null): { next: Sighting | null; asked: boolean } {
  const newest = model.rows.at(-1);
  const listed: CustomerBalance = {
    customerId: 'cus_1',
    balance: model.balance(),
    overage: newest?.overageAfter ?? 0,
    lastTransactionAt: newest?.createdAt ?? null,
    createdAt: 0,
  };
  const judged = judgeDrift(bench.account, listed, before);
  if (judged.asks) read(bench, model);
  bench.advance(5 * MINUTE);
  return { next: judged.sighting, asked: judged.asks };
}

function figures(bench: Bench) {
  return { balance: bench.account.ledger?.balance, overage: bench.account.ledger?.overage };
}

describe('two sweeps', () => {
  it('make our balance equal to that of Dodo, whatever webhooks were lost', () => {
    fc.assert(
      fc.property(events, fc.boolean(), (list, isBetween) => {
        const { bench, model } = begin();
        let before: Sighting | null = null;
        list.forEach(({ what, amount, pause, isLost }, at) => {
          const known = model.rows.length;
          bench.advance(pause);
          happen(model, what, amount);
          if (!isLost) bench.deliver(...model.rows.slice(known));
          // A sweep in the middle must not make those after it blind.
          if (isBetween && at === Math.floor(list.length / 2)) before = sweep(bench, model, before).next;
        });
        bench.advance(MINUTE);
        const first = sweep(bench, model, before);
        sweep(bench, model, first.next);
        expect(figures(bench)).toEqual({ balance: model.balance(), overage: model.rows.at(-1)?.overageAfter });
        const ids = bench.notices().map((notice) => notice.id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 500 },
    );
  });

  it('read no ledger of which every row has come', () => {
    fc.assert(
      fc.property(events, (list) => {
        const { bench, model } = begin();
        let before: Sighting | null = null;
        for (const { what, amount, pause } of list) {
          const known = model.rows.length;
          // Apart in time: rows of one instant may leave their order, and so the balance, in doubt.
          bench.advance(10 * SECOND + pause);
          happen(model, what, amount);
          for (const row of model.rows.slice(known)) bench.deliver(row);
          if (bench.account.ledger?.wholeUntil !== bench.account.ledger?.rowAt) read(bench, model);
          const swept = sweep(bench, model, before);
          expect(swept).toEqual({ next: null, asked: false });
          before = swept.next;
        }
      }),
      { numRuns: 200 },
    );
  });
});
