import { describe, expect, it } from 'vitest';
import { availableTokens, unsettledTokens } from '../../../src/core/account/available.ts';
import { DAY, MINUTE } from '../../../src/core/time.ts';
import { type Bench, batchOf, createBench, credit, DODO_NOW, deducted, rowOf, subscriptionTo } from './bench.ts';

function standing(bench: Bench) {
  return { balance: bench.account.ledger?.balance, overage: bench.account.ledger?.overage };
}

function readings(bench: Bench): string[] {
  return bench.rowsOf('reconcile').map((row) => (row.body as { reason: string }).reason);
}

describe('which rows count', () => {
  it('are those of our entitlement only', () => {
    const bench = createBench({ balance: 100 });
    bench.deliver(credit('other', 900, { entitlementId: 'cde_other', balanceBefore: 100 }));
    expect(standing(bench).balance).toBe(100);
    expect(bench.notices()).toEqual([]);
    expect(bench.records).toEqual([]);
    expect(bench.count('ledger_rows_foreign')).toBe(1);
  });

  it('are those of our entitlement only in a reading as well', () => {
    const bench = createBench({ balance: 100 });
    bench.read([credit('other', 900, { entitlementId: 'cde_other', balanceBefore: 100 })]);
    expect(standing(bench).balance).toBe(100);
    expect(bench.notices()).toEqual([]);
  });

  it('take effect once for each id, by webhook, by reading or by both', () => {
    const bench = createBench({ balance: 100 });
    const row = credit('r', 900, { balanceBefore: 100 });
    bench.deliver(row, row);
    bench.read([row, row]);
    bench.deliver(row);
    expect(standing(bench).balance).toBe(1_000);
    expect(bench.notices()).toHaveLength(1);
    expect(bench.count('ledger_rows')).toBe(1);
    expect(bench.count('ledger_rows_repeated')).toBe(3);
  });

  it('are known for 400 days; an older row is kept and changes nothing', () => {
    const bench = createBench({ balance: 100 });
    bench.account.metered.batches = [batchOf('b', 50)];
    bench.deliver(deducted('old', 40, { createdAt: DODO_NOW - 400 * DAY - 1, balanceBefore: 100 }));
    expect(standing(bench).balance).toBe(100);
    expect(unsettledTokens(bench.account)).toBe(50);
    expect(bench.records).toMatchObject([{ kind: 'ledger', id: 'old' }]);
    bench.deliver(deducted('young', 40, { createdAt: DODO_NOW - 400 * DAY, balanceBefore: 200 }));
    expect(unsettledTokens(bench.account)).toBe(10);
  });

  it('are kept as records', () => {
    const bench = createBench({ balance: 100 });
    const row = credit('r', 900, { balanceBefore: 100 });
    bench.deliver(row);
    expect(bench.records).toEqual([{ kind: 'ledger', id: 'r', at: bench.now, body: row }]);
  });
});

describe('the order of rows', () => {
  it('is the chain: a row that joins on moves the balance and asks for nothing', () => {
    const bench = createBench({ balance: 100, overage: 5 });
    bench.deliver(deducted('a', 30, { balanceBefore: 100, overageBefore: 5, overageAfter: 5 }));
    expect(standing(bench)).toEqual({ balance: 70, overage: 5 });
    expect(readings(bench)).toEqual([]);
    expect(bench.count('ledger_gaps')).toBe(0);
  });

  it('never lets a late row move the balance', () => {
    const bench = createBench({ balance: 100 });
    bench.deliver(deducted('late', 30, { balanceBefore: 500, createdAt: DODO_NOW - DAY }));
    expect(standing(bench).balance).toBe(100);
  });

  it('never lets a late row move the balance even when balances repeat: an old credit onto zero does not count twice', () => {
    const bench = createBench({ balance: 0 });
    bench.deliver(credit('late', 900, { balanceBefore: 0, createdAt: DODO_NOW - DAY }));
    expect(standing(bench).balance).toBe(0);
    expect(availableTokens(bench.account, bench.rules, bench.moment())).toBe(0);
    expect(readings(bench)).toContain('gap');
  });

  it('follows the newest row over a gap, and queues a reading at once', () => {
    const bench = createBench({ balance: 100 });
    bench.deliver(deducted('after a gap', 10, { balanceBefore: 60 }));
    expect(standing(bench).balance).toBe(50);
    expect(bench.rowsOf('reconcile')).toMatchObject([{ dueAt: bench.now, body: { seq: 1, reason: 'gap' } }]);
    expect(bench.count('ledger_gaps')).toBe(1);
  });

  it('sees a gap in the overage as well', () => {
    const bench = createBench({ balance: 0, overage: 100 });
    bench.deliver(rowOf({ id: 'o', type: 'overage_charged', amount: 10, overageBefore: 300 }));
    expect(standing(bench)).toEqual({ balance: 0, overage: 310 });
    expect(readings(bench)).toEqual(['gap']);
  });

  it('lets the earlier of two rows in exchanged order change nothing more', () => {
    const bench = createBench({ balance: 100 });
    const first = deducted('first', 30, { balanceBefore: 100, createdAt: DODO_NOW });
    const second = deducted('second', 30, { balanceBefore: 70, createdAt: DODO_NOW + 1 });
    bench.deliver(second, first);
    expect(standing(bench).balance).toBe(40);
  });

  it.each([
    ['in order', [0, 1, 2]],
    ['the last one first', [2, 0, 1]],
    ['backwards', [2, 1, 0]],
    ['the last one early', [0, 2, 1]],
  ])('stays at or below the truth while rows of one instant come %s, and is the truth once read', (_how, order) => {
    const rows = [
      deducted('first', 30, { balanceBefore: 100 }),
      deducted('second', 20, { balanceBefore: 70 }),
      deducted('third', 10, { balanceBefore: 50 }),
    ];
    const bench = createBench({ balance: 100 });
    bench.account.metered.batches = [batchOf('b', 60)];
    let lowest = 100;
    for (const at of order) {
      const row = rows[at];
      if (row === undefined) throw new Error('expected a row');
      bench.deliver(row);
      lowest = Math.min(lowest, row.balanceAfter);
      expect(standing(bench).balance).toBe(lowest);
      expect(availableTokens(bench.account, bench.rules, bench.moment())).toBeLessThanOrEqual(40);
    }
    bench.read([...rows].reverse());
    expect(standing(bench).balance).toBe(40);
    expect(availableTokens(bench.account, bench.rules, bench.moment())).toBe(40);
  });

  it('does not let a credit of the same instant lift a balance while a gap is open', () => {
    const bench = createBench({ balance: 0 });
    const up = credit('up', 50, { balanceBefore: 0 });
    const down = deducted('down', 50, { balanceBefore: 50 });
    bench.deliver(down, up);
    expect(standing(bench).balance).toBe(0);
    expect(readings(bench)).toContain('gap');
  });
});

describe('rows that meter usage', () => {
  it('settle what was sent, oldest batch first, and nothing that waits', () => {
    const bench = createBench({ balance: 1_000 });
    const batches = [batchOf('old', 100), batchOf('new', 100, { unanswered: 100, acceptedAt: null })];
    bench.account.metered = { waiting: 70, batches };
    bench.deliver(deducted('a', 130, { balanceBefore: 1_000 }));
    expect(bench.account.metered.waiting).toBe(70);
    expect(bench.account.metered.batches).toEqual([batchOf('new', 70, { unanswered: 100, acceptedAt: null })]);
    expect(standing(bench).balance).toBe(870);
  });

  it('are foreign usage in what they exceed: counted, noted, and nothing of what waits is settled by it', () => {
    const bench = createBench({ balance: 1_000 });
    bench.account.metered = { waiting: 70, batches: [batchOf('b', 100)] };
    bench.account.debited.waiting = 5;
    bench.deliver(deducted('a', 130, { balanceBefore: 1_000 }));
    expect(unsettledTokens(bench.account)).toBe(75);
    expect(bench.count('tokens_foreign')).toBe(30);
    expect(bench.records).toMatchObject([{ kind: 'ledger', id: 'a', body: { foreign: 30 } }]);
  });

  it('settle overage by how much the overage grew, whatever the amount says', () => {
    const bench = createBench({ balance: 0, overage: 10, account: { subscriptions: [subscriptionTo('pro')] } });
    bench.account.metered.batches = [batchOf('b', 100)];
    bench.deliver(rowOf({ id: 'o', type: 'overage_charged', amount: 999, overageBefore: 10, overageAfter: 50 }));
    expect(unsettledTokens(bench.account)).toBe(60);
    expect(standing(bench)).toEqual({ balance: 0, overage: 50 });
  });

  it.each(['credit_expired', 'manual_adjustment', 'refund', 'rollover_forfeited', 'something_new'])(
    'are not those of type %s: they lower the balance and settle nothing',
    (type) => {
      const bench = createBench({ balance: 1_000 });
      bench.account.metered.batches = [batchOf('b', 100)];
      bench.deliver(rowOf({ id: 'r', type, amount: 100, balanceBefore: 1_000 }));
      expect(standing(bench).balance).toBe(900);
      expect(unsettledTokens(bench.account)).toBe(100);
      expect(bench.count('tokens_foreign')).toBe(0);
    },
  );

  it('are not an overage’s reset, which is no purchase either', () => {
    const bench = createBench({ balance: 0, overage: 50 });
    bench.account.metered.batches = [batchOf('b', 100)];
    const reset = { id: 'r', type: 'overage_reset', amount: 50, overageBefore: 50, overageAfter: 0, isCredit: true };
    bench.deliver(rowOf(reset));
    expect(standing(bench)).toEqual({ balance: 0, overage: 0 });
    expect(unsettledTokens(bench.account)).toBe(100);
    expect(bench.notices()).toEqual([]);
  });
});

describe('grants', () => {
  it('are read after each credit and each expiry', () => {
    const bench = createBench({ balance: 0 });
    bench.deliver(credit('c', 10));
    expect(readings(bench)).toEqual(['grants']);
    bench.read([], [{ id: 'g', remaining: 10, expiresAt: DODO_NOW + DAY }]);
    expect(bench.account.grants).toHaveLength(1);
    bench.deliver(rowOf({ id: 'e', type: 'credit_expired', amount: 10, balanceBefore: 10, grantId: 'g' }));
    expect(bench.account.grants).toEqual([]);
    expect(readings(bench)).toEqual(['grants', 'grants']);
  });

  it.each(['credit_deducted', 'manual_adjustment', 'refund'])(
    'hold less after a row of type %s drew on them',
    (type) => {
      const bench = createBench({ balance: 100 });
      bench.account.grants = [
        { id: 'g', remaining: 60, expiresAt: DODO_NOW + MINUTE },
        { id: 'h', remaining: 40, expiresAt: null },
      ];
      bench.deliver(rowOf({ id: 'r', type, amount: 50, balanceBefore: 100, grantId: 'g' }));
      expect(bench.account.grants.map((grant) => grant.remaining)).toEqual([10, 40]);
      expect(availableTokens(bench.account, bench.rules, bench.moment())).toBe(40);
    },
  );

  it('hold less after a debit of ours drew on them, so that a used grant does not block the others when it expires', () => {
    const bench = createBench({ balance: 100 });
    bench.account.grants = [
      { id: 'g', remaining: 60, expiresAt: DODO_NOW + MINUTE },
      { id: 'h', remaining: 40, expiresAt: null },
    ];
    bench.account.debited.open = { id: 'd', tokens: 60, sentAt: bench.now, isSeen: false };
    bench.deliver(rowOf({ id: 'r', type: 'manual_adjustment', amount: 60, balanceBefore: 100, grantId: 'g' }));
    bench.advance(DAY);
    expect(availableTokens(bench.account, bench.rules, bench.moment())).toBe(40);
  });
});
