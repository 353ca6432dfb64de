import { describe, expect, it } from 'vitest';
import { driftOf, type Judgement, judgeDrift, type Sighting } from '../../../src/core/account/drift.ts';
import type { CustomerBalance } from '../../../src/core/dodo/billing.ts';
import { MINUTE, SECOND } from '../../../src/core/time.ts';
import { type Bench, batchOf, createBench, DODO_NOW } from './bench.ts';

/** Where the bench's ledger stands. */
const ROW_AT = DODO_NOW - MINUTE;

function listed(balance: number, parts: Partial<CustomerBalance> = {}): CustomerBalance {
  return { customerId: 'cus_1', balance, overage: 0, lastTransactionAt: DODO_NOW, createdAt: ROW_AT, ...parts };
}

/** One sweep after another over the same account. */
function sweeps(bench: Bench, ...pages: CustomerBalance[]): Judgement[] {
  let before: Sighting | null = null;
  return pages.map((page) => {
    const judged = judgeDrift(bench.account, page, before);
    before = judged.sighting;
    return judged;
  });
}

const asks = (judged: Judgement[]) => judged.map((one) => one.asks);
const drifts = (judged: Judgement[]) => judged.map((one) => one.drift);

describe('how a balance at Dodo and ours compare', () => {
  it('the same is the same, whenever Dodo noted it', () => {
    const { account } = createBench({ balance: 100 });
    for (const lastTransactionAt of [null, ROW_AT - MINUTE, ROW_AT, ROW_AT + 4 * SECOND]) {
      expect(driftOf(account, listed(100, { lastTransactionAt }))).toEqual({ kind: 'same', tokens: 0 });
    }
  });

  it('the same figures after rows that did not come here have moved', () => {
    const { account } = createBench({ balance: 100 });
    expect(driftOf(account, listed(100))).toEqual({ kind: 'moved', tokens: 0 });
  });

  it('more at Dodo is owed to the member', () => {
    const { account } = createBench({ balance: 100 });
    expect(driftOf(account, listed(5_100))).toEqual({ kind: 'more', tokens: 5_000 });
  });

  it('less overage at Dodo is owed to the member as well', () => {
    const { account } = createBench({ balance: 0, overage: 700 });
    expect(driftOf(account, listed(0))).toEqual({ kind: 'more', tokens: 700 });
  });

  it('less at Dodo than usage on its way explains is a difference of the rest', () => {
    const bench = createBench({ balance: 1_000 });
    bench.account.metered.batches = [batchOf('a', 200), batchOf('b', 50, { unanswered: 50, acceptedAt: null })];
    bench.account.debited.open = { id: 'd', tokens: 30, sentAt: null, isSeen: false };
    expect(driftOf(bench.account, listed(720))).toEqual({ kind: 'in_flight', tokens: 0 });
    expect(driftOf(bench.account, listed(719))).toEqual({ kind: 'less', tokens: 1 });
  });

  it('usage that Dodo was not asked to take explains nothing', () => {
    const bench = createBench({ balance: 1_000 });
    bench.account.metered.waiting = 200;
    bench.account.debited.waiting = 200;
    bench.account.debited.open = { id: 'd', tokens: 30, sentAt: null, isSeen: true };
    expect(driftOf(bench.account, listed(900))).toEqual({ kind: 'less', tokens: 100 });
  });

  it('overage that usage on its way runs into is no difference', () => {
    const bench = createBench({ balance: 100 });
    bench.account.metered.batches = [batchOf('a', 300)];
    expect(driftOf(bench.account, listed(0, { overage: 200 }))).toEqual({ kind: 'in_flight', tokens: 0 });
  });

  it('a page that is older than what was heard is no difference, in either direction', () => {
    const { account } = createBench({ balance: 100 });
    const lastTransactionAt = ROW_AT - 1;
    expect(driftOf(account, listed(500, { lastTransactionAt })).kind).toBe('in_flight');
    expect(driftOf(account, listed(5, { lastTransactionAt })).kind).toBe('in_flight');
  });

  it('a ledger that was never read differs by all there is', () => {
    expect(driftOf(createBench().account, listed(500))).toEqual({ kind: 'unread', tokens: 500 });
  });
});

describe('a sweep', () => {
  it('asks at once for credits that are missing, and once for the same difference', () => {
    const judged = sweeps(createBench({ balance: 100 }), listed(5_100), listed(5_100), listed(5_100));
    expect(asks(judged)).toEqual([true, false, false]);
    expect(drifts(judged)).toEqual([5_000, 5_000, 5_000]);
  });

  it('asks again after an hour of sweeps, for Dodo may show a row late', () => {
    const pages = Array.from({ length: 26 }, () => listed(5_100));
    const judged = sweeps(createBench({ balance: 100 }), ...pages);
    expect(judged.flatMap(({ asks }, at) => (asks ? [at] : []))).toEqual([0, 12, 24]);
    const even = sweeps(createBench({ balance: 100 }), ...pages.map(() => listed(100)));
    expect(even.flatMap(({ asks }, at) => (asks ? [at] : []))).toEqual([1]);
  });

  it('asks for a first reading that never was', () => {
    expect(asks(sweeps(createBench(), listed(500), listed(500)))).toEqual([true, false]);
  });

  it('asks for anything else at the second sight', () => {
    expect(asks(sweeps(createBench({ balance: 100 }), listed(40), listed(40), listed(40)))).toEqual([
      false,
      true,
      false,
    ]);
    expect(asks(sweeps(createBench({ balance: 100 }), listed(100), listed(100)))).toEqual([false, true]);
  });

  it('neither asks nor alarms for usage that is only on its way', () => {
    const bench = createBench({ balance: 1_000 });
    bench.account.metered.batches = [batchOf('a', 200)];
    expect(sweeps(bench, listed(800))).toMatchObject([{ asks: false, drift: null }]);
  });

  it('asks, and shows it, when usage on its way has not come by the next one', () => {
    const bench = createBench({ balance: 1_000 });
    bench.account.metered.batches = [batchOf('a', 200)];
    const judged = sweeps(bench, listed(800), listed(800));
    expect(asks(judged)).toEqual([false, true]);
    expect(drifts(judged)).toEqual([null, 200]);
  });

  it('asks though the figures of a busy member change each time, when rows stay out', () => {
    const bench = createBench({ balance: 1_000 });
    bench.account.metered.batches = [batchOf('a', 900)];
    const later = { lastTransactionAt: DODO_NOW + 5 * MINUTE };
    expect(asks(sweeps(bench, listed(900), listed(800, later)))).toEqual([false, true]);
  });

  it('begins anew when what it saw has come meanwhile', () => {
    const bench = createBench({ balance: 1_000 });
    const first = judgeDrift(bench.account, listed(900), null);
    if (bench.account.ledger === null) throw new Error('expected a ledger');
    bench.account.ledger = { ...bench.account.ledger, balance: 900, rowId: 'row_next', rowAt: DODO_NOW };
    const later = listed(800, { lastTransactionAt: DODO_NOW + 5 * MINUTE });
    expect(judgeDrift(bench.account, later, first.sighting).asks).toBe(false);
  });

  it('asks again when the difference has become another one', () => {
    const judged = sweeps(createBench({ balance: 100 }), listed(5_100), listed(10_100));
    expect(asks(judged)).toEqual([true, true]);
  });

  it('works where Dodo tells no time of the last transaction', () => {
    const untold = { lastTransactionAt: null };
    expect(asks(sweeps(createBench({ balance: 100 }), listed(40, untold), listed(40, untold)))).toEqual([false, true]);
    expect(asks(sweeps(createBench({ balance: 100 }), listed(40, untold), listed(30, untold)))).toEqual([false, true]);
    expect(asks(sweeps(createBench({ balance: 100 }), listed(100, untold), listed(100, untold)))).toEqual([
      false,
      false,
    ]);
  });

  it('does not go on showing rows that leave the figures as they are, once the ledger was read for them', () => {
    expect(drifts(sweeps(createBench({ balance: 100 }), listed(100), listed(100), listed(100)))).toEqual([
      null,
      0,
      null,
    ]);
  });
});
