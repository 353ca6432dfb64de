import { describe, expect, it } from 'vitest';
import { availableTokens, unsettledTokens } from '../../../src/core/account/available.ts';
import { readLedgerSince } from '../../../src/core/account/ledger.ts';
import { DAY, MINUTE, SECOND } from '../../../src/core/time.ts';
import { batchOf, createBench, credit, DODO_NOW, deducted, NOW, rowOf } from './bench.ts';

describe('first contact', () => {
  it('takes the balance of the newest row; older rows only tell', () => {
    const bench = createBench();
    bench.read(
      [
        deducted('b', 10, { balanceBefore: 500, createdAt: DODO_NOW - 1 * MINUTE }),
        credit('a', 500, { createdAt: DODO_NOW - 2 * MINUTE }),
      ],
      [{ id: 'g', remaining: 490, expiresAt: null }],
    );
    expect(bench.account.ledger).toMatchObject({ balance: 490, overage: 0, rowId: 'b', confirmedAt: NOW });
    expect(bench.notices().map((notice) => notice.facts)).toEqual([
      { kind: 'credits_added', tokens: 500, balance: 500 },
    ]);
    expect(bench.hold('x')).toMatchObject({ kind: 'held' });
  });

  it('tells what rows brought that came by webhook before it, and lends nothing until it was made', () => {
    const bench = createBench();
    bench.deliver(credit('a', 500));
    expect(bench.notices()).toHaveLength(1);
    expect(bench.hold('x')).toMatchObject({ refusal: { reason: 'balance_unconfirmed' } });
    bench.read([credit('a', 500)]);
    expect(bench.notices()).toHaveLength(1);
    expect(bench.account.ledger?.balance).toBe(500);
  });

  it('confirms a balance of zero where there is no row', () => {
    const bench = createBench();
    bench.read([]);
    expect(bench.hold('x')).toMatchObject({ refusal: { reason: 'no_tokens', available: 0 } });
    bench.deliver(credit('a', 500));
    expect(bench.account.ledger?.balance).toBe(500);
    expect(bench.count('ledger_gaps')).toBe(0);
  });

  it('reads the newest page; later readings go back to where nothing is missed, overlapping by five minutes', () => {
    const bench = createBench();
    expect(readLedgerSince(bench.account)).toBeNull();
    bench.read([credit('a', 500, { createdAt: DODO_NOW })]);
    expect(readLedgerSince(bench.account)).toBe(DODO_NOW - 5 * MINUTE);
    bench.deliver(deducted('gap', 1, { balanceBefore: 300, createdAt: DODO_NOW + DAY }));
    bench.deliver(deducted('on it', 1, { balanceBefore: 299, createdAt: DODO_NOW + 2 * DAY }));
    expect(readLedgerSince(bench.account)).toBe(DODO_NOW - 5 * MINUTE);
    bench.read([deducted('on it', 1, { balanceBefore: 299, createdAt: DODO_NOW + 2 * DAY })]);
    expect(readLedgerSince(bench.account)).toBe(DODO_NOW + DAY - 5 * MINUTE);
  });
});

describe('a reading', () => {
  it('closes a gap: what was missed takes effect, and the balance stays with the newest row', () => {
    const bench = createBench({ balance: 100 });
    bench.account.metered.batches = [batchOf('b', 60)];
    const missed = deducted('missed', 40, { balanceBefore: 100, createdAt: DODO_NOW });
    const newest = deducted('newest', 20, { balanceBefore: 60, createdAt: DODO_NOW + SECOND });
    bench.deliver(newest);
    expect(availableTokens(bench.account, bench.rules, bench.moment())).toBe(0);
    bench.read([newest, missed]);
    expect(unsettledTokens(bench.account)).toBe(0);
    expect(availableTokens(bench.account, bench.rules, bench.moment())).toBe(40);
  });

  it('does not take back a webhook that was quicker than it', () => {
    const bench = createBench({ balance: 100 });
    const first = deducted('first', 10, { balanceBefore: 100, createdAt: DODO_NOW });
    const quicker = deducted('quicker', 10, { balanceBefore: 90, createdAt: DODO_NOW + SECOND });
    bench.deliver(first, quicker);
    bench.read([first]);
    expect(bench.account.ledger).toMatchObject({ balance: 80, rowId: 'quicker' });
  });

  it('does not take back a webhook of the same instant as its newest row', () => {
    const bench = createBench({ balance: 100 });
    const first = deducted('first', 10, { balanceBefore: 100 });
    const quicker = deducted('quicker', 10, { balanceBefore: 90 });
    bench.deliver(first, quicker);
    bench.read([first]);
    expect(bench.account.ledger?.balance).toBe(80);
  });

  it('does not take back a row of the same instant that it does not show, though it shows the one we stand at', () => {
    const bench = createBench({ balance: 100 });
    bench.account.metered.batches = [batchOf('b', 60)];
    const rows = [
      deducted('first', 10, { balanceBefore: 100 }),
      credit('added', 40, { balanceBefore: 90 }),
      deducted('second', 40, { balanceBefore: 130 }),
    ];
    const [first, added, second] = rows;
    if (first === undefined || added === undefined || second === undefined) throw new Error('expected three rows');
    bench.deliver(first, second);
    expect(bench.account.ledger?.balance).toBe(90);
    bench.read([first, added]);
    expect(availableTokens(bench.account, bench.rules, bench.moment())).toBeLessThanOrEqual(80);
    bench.read(rows);
    expect(bench.account.ledger?.balance).toBe(90);
    expect(availableTokens(bench.account, bench.rules, bench.moment())).toBe(80);
  });

  it('knows the order of rows that go up and down in one instant from the row before them', () => {
    const bench = createBench();
    const granted = credit('granted', 1_500, { createdAt: DODO_NOW - DAY });
    const up = credit('up', 1, { balanceBefore: 1_500 });
    const down = deducted('down', 1, { balanceBefore: 1_501 });
    bench.read([granted]);
    bench.deliver(down);
    const since = readLedgerSince(bench.account);
    expect(since).toBeLessThanOrEqual(granted.createdAt);
    bench.read([down, up, granted]);
    expect(bench.account.ledger?.balance).toBe(1_500);
    expect(readLedgerSince(bench.account)).toBe(since);
    bench.read([down, up, granted]);
    expect(bench.account.ledger?.balance).toBe(1_500);
  });

  it('puts right a ledger whose rows are stamped in another order than they are chained', () => {
    const bench = createBench({ balance: 100 });
    bench.account.metered.batches = [batchOf('b', 30)];
    const added = credit('added', 1_000, { balanceBefore: 100, createdAt: DODO_NOW + 20 });
    const taken = deducted('taken', 30, { balanceBefore: 1_100, createdAt: DODO_NOW });
    bench.deliver(added, taken);
    expect(bench.rowsOf('reconcile').map((row) => row.body)).toContainEqual({ seq: 2, reason: 'gap' });
    bench.read([added, taken]);
    expect(bench.account.ledger?.balance).toBe(1_070);
    expect(availableTokens(bench.account, bench.rules, bench.moment())).toBe(1_070);
  });

  it('of nothing confirms what is known, and does not pretend to have closed a gap', () => {
    const bench = createBench({ balance: 100 });
    const since = readLedgerSince(bench.account);
    bench.deliver(deducted('after a gap', 10, { balanceBefore: 60 }));
    bench.advance(MINUTE);
    bench.read([]);
    expect(bench.account.ledger).toMatchObject({ balance: 50, confirmedAt: bench.now });
    expect(readLedgerSince(bench.account)).toBe(since);
  });

  it('takes the grants as read', () => {
    const bench = createBench({ balance: 100 });
    bench.account.grants = [{ id: 'used up', remaining: 5, expiresAt: null }];
    bench.read([], [{ id: 'g', remaining: 100, expiresAt: DODO_NOW + MINUTE }]);
    expect(bench.account.grants).toEqual([{ id: 'g', remaining: 100, expiresAt: DODO_NOW + MINUTE }]);
    expect(availableTokens(bench.account, bench.rules, bench.moment())).toBe(0);
  });

  it('tells of a threshold that was crossed behind our back', () => {
    const bench = createBench({ balance: 100 });
    bench.account.lowBalance = { granted: 100, grantedAt: 0, told: null, episode: 1 };
    bench.read([
      credit('c', 1_000, { balanceBefore: 100, createdAt: DODO_NOW }),
      rowOf({ id: 'm', type: 'manual_adjustment', amount: 950, balanceBefore: 1_100, createdAt: DODO_NOW + SECOND }),
    ]);
    expect(bench.notices().map((notice) => notice.facts)).toMatchObject([
      { kind: 'credits_added', tokens: 1_000 },
      { kind: 'low_balance', percent: 20, left: 150, granted: 1_000 },
    ]);
  });
});
