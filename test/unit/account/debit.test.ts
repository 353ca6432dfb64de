import { describe, expect, it } from 'vitest';
import { availableTokens, unsettledTokens } from '../../../src/core/account/available.ts';
import {
  type DebitStep,
  decideDebitInsufficient,
  decideDebitIntent,
  decideDebitSent,
} from '../../../src/core/account/debit.ts';
import { MINUTE, SECOND } from '../../../src/core/time.ts';
import { type Bench, batchOf, createBench, deducted, rowOf } from './bench.ts';

function intend(bench: Bench, newId: string): DebitStep {
  return bench.apply(decideDebitIntent(bench.account, newId, bench.now));
}

function sent(bench: Bench, id: string): void {
  bench.apply(decideDebitSent(bench.account, id, bench.now));
}

describe('usage of an account without a plan', () => {
  it('gathers into one debit, whose intent is written before it is sent', () => {
    const bench = createBench({ balance: 10_000 });
    bench.spend('a', 100);
    bench.spend('b', 50);
    expect(bench.rowsOf('debit')).toMatchObject([{ id: 'debit:acc_1:1', dueAt: bench.now }]);
    expect(intend(bench, 'key')).toEqual({ kind: 'send', id: 'key', tokens: 150 });
    expect(bench.account.debited).toMatchObject({ waiting: 0, open: { id: 'key', tokens: 150, sentAt: null } });
    expect(unsettledTokens(bench.account)).toBe(150);
  });

  it('is sent under the same key after a crash, with the same tokens, though more was used since', () => {
    const bench = createBench({ balance: 10_000 });
    bench.spend('a', 100);
    intend(bench, 'key');
    bench.spend('b', 50);
    expect(intend(bench, 'another key')).toEqual({ kind: 'send', id: 'key', tokens: 100 });
    expect(bench.rowsOf('debit')).toHaveLength(1);
  });

  it('is followed by the next debit a minute after the intent at the earliest', () => {
    const bench = createBench({ balance: 10_000 });
    bench.spend('a', 100);
    intend(bench, 'key');
    const intendedAt = bench.now;
    bench.advance(2 * SECOND);
    sent(bench, 'key');
    expect(bench.rowsOf('debit')).toEqual([]);
    bench.spend('b', 50);
    expect(bench.rowsOf('debit')).toMatchObject([{ id: 'debit:acc_1:2', dueAt: intendedAt + MINUTE }]);
  });

  it('waits for the debit before to settle, then goes', () => {
    const bench = createBench({ balance: 10_000 });
    bench.spend('a', 100);
    intend(bench, 'key');
    bench.spend('b', 50);
    sent(bench, 'key');
    expect(bench.rowsOf('debit')).toHaveLength(1);
    expect(intend(bench, 'key 2')).toEqual({ kind: 'wait' });
    bench.deliver(deducted('row', 100, { balanceBefore: 10_000 }));
    expect(intend(bench, 'key 2')).toEqual({ kind: 'send', id: 'key 2', tokens: 50 });
  });

  it('needs nothing when nothing waits, and the next usage is scheduled afresh', () => {
    const bench = createBench({ balance: 10_000 });
    bench.spend('a', 100);
    bench.account.debited.waiting = 0;
    expect(intend(bench, 'key')).toEqual({ kind: 'nothing' });
    expect(bench.rowsOf('debit')).toEqual([]);
    bench.spend('b', 50);
    expect(bench.rowsOf('debit')).toHaveLength(1);
    expect(intend(bench, 'key 2')).toEqual({ kind: 'send', id: 'key 2', tokens: 50 });
  });

  it('has its ledger read two minutes after it was taken, should its row not come by webhook', () => {
    const bench = createBench({ balance: 10_000 });
    bench.spend('a', 100);
    intend(bench, 'key');
    sent(bench, 'key');
    expect(bench.rowsOf('reconcile')).toMatchObject([{ dueAt: bench.now + 2 * MINUTE, body: { reason: 'debit' } }]);
  });
});

describe('the row of a debit', () => {
  it.each(['credit_deducted', 'manual_adjustment'])('of type %s settles the intent and no usage', (type) => {
    const bench = createBench({ balance: 10_000 });
    bench.account.metered.batches = [batchOf('b', 500)];
    bench.spend('a', 100);
    intend(bench, 'key');
    sent(bench, 'key');
    bench.deliver(rowOf({ id: 'row', type, amount: 100, balanceBefore: 10_000 }));
    expect(bench.account.debited.open).toBeNull();
    expect(bench.account.metered.batches).toEqual([batchOf('b', 500)]);
    expect(availableTokens(bench.account, bench.rules, bench.moment())).toBe(9_900 - 500);
  });

  it('settles the tokens though Dodo’s answer is still to come, and the answer then ends the intent', () => {
    const bench = createBench({ balance: 10_000 });
    bench.spend('a', 100);
    intend(bench, 'key');
    bench.deliver(deducted('row', 100, { balanceBefore: 10_000 }));
    expect(unsettledTokens(bench.account)).toBe(0);
    sent(bench, 'key');
    expect(bench.account.debited.open).toBeNull();
    expect(bench.rowsOf('reconcile')).toEqual([]);
  });

  it('does not keep a debit from being sent when it was the meter’s, of the same amount: nothing served goes unpaid', () => {
    const bench = createBench({ balance: 10_000 });
    bench.account.metered.batches = [batchOf('b', 100)];
    bench.spend('a', 100);
    intend(bench, 'key');
    bench.deliver(deducted('of the meter', 100, { balanceBefore: 10_000 }));
    expect(intend(bench, 'key 2')).toEqual({ kind: 'send', id: 'key', tokens: 100 });
    sent(bench, 'key');
    bench.deliver(deducted('of the debit', 100, { balanceBefore: 9_900, createdAt: bench.dodoNow + SECOND }));
    expect(unsettledTokens(bench.account)).toBe(0);
    expect(bench.account.ledger?.balance).toBe(9_800);
  });

  it('of another amount settles usage, not the intent', () => {
    const bench = createBench({ balance: 10_000 });
    bench.account.metered.batches = [batchOf('b', 500)];
    bench.spend('a', 100);
    intend(bench, 'key');
    bench.deliver(deducted('row', 99, { balanceBefore: 10_000 }));
    expect(bench.account.debited.open).toMatchObject({ tokens: 100 });
    expect(bench.account.metered.batches).toEqual([batchOf('b', 401)]);
  });

  it('is not a credit of that amount', () => {
    const bench = createBench({ balance: 10_000 });
    bench.spend('a', 100);
    intend(bench, 'key');
    bench.deliver(rowOf({ id: 'row', type: 'manual_adjustment', isCredit: true, amount: 100, balanceBefore: 10_000 }));
    expect(bench.account.debited.open).toMatchObject({ tokens: 100 });
  });

  it('that nobody ever saw stops being waited for a quarter of an hour after the debit, and is noted', () => {
    const bench = createBench({ balance: 10_000 });
    bench.spend('a', 100);
    intend(bench, 'key');
    sent(bench, 'key');
    bench.advance(2 * MINUTE);
    bench.read([]);
    expect(bench.account.debited.open).not.toBeNull();
    const [again] = bench.rowsOf('reconcile').slice(-1);
    expect(again?.dueAt).toBe(bench.now - 2 * MINUTE + 16 * MINUTE);
    bench.advance(14 * MINUTE);
    bench.read([]);
    expect(bench.account.debited.open).toBeNull();
    expect(bench.records).toContainEqual({
      kind: 'audit',
      id: 'key:unseen',
      at: bench.now,
      body: { what: 'debit_row_unseen', accountId: 'acc_1', tokens: 100 },
    });
  });
});

describe('a debit that Dodo has not enough for', () => {
  function insufficient(bench: Bench, id: string) {
    return bench.apply(decideDebitInsufficient(bench.account, id, bench.now));
  }

  it('takes what there is under a new key, and the rest is written off', () => {
    const bench = createBench({ balance: 10_000 });
    bench.spend('a', 100);
    intend(bench, 'key');
    bench.read([rowOf({ id: 'e', type: 'credit_expired', amount: 9_970, balanceBefore: 10_000 })]);
    expect(insufficient(bench, 'key')).toEqual({ writtenOff: 70 });
    expect(bench.count('tokens_written_off')).toBe(70);
    expect(bench.account.debited).toMatchObject({ waiting: 30, open: null });
    const [row] = bench.rowsOf('debit');
    expect(row?.dueAt).toBe(bench.now + MINUTE);
    expect(intend(bench, 'key 2')).toEqual({ kind: 'send', id: 'key 2', tokens: 30 });
  });

  it('needs nothing more where nothing is left, and later usage is debited again', () => {
    const bench = createBench({ balance: 100 });
    bench.spend('a', 80);
    intend(bench, 'key');
    bench.read([rowOf({ id: 'e', type: 'credit_expired', amount: 100, balanceBefore: 100 })]);
    expect(insufficient(bench, 'key')).toEqual({ writtenOff: 80 });
    expect(bench.rowsOf('debit')).toEqual([]);
    bench.deliver(rowOf({ id: 'c', type: 'credit_added', amount: 100 }));
    bench.spend('b', 40);
    expect(bench.rowsOf('debit')).toHaveLength(1);
    expect(unsettledTokens(bench.account)).toBe(40);
  });

  it('was done by the attempt before when the reading shows its row, or another of its amount: nothing is written off, the audit says so, and later usage is debited', () => {
    const bench = createBench({ balance: 100 });
    bench.spend('a', 80);
    intend(bench, 'key');
    bench.spend('b', 10);
    bench.read([deducted('row', 80, { balanceBefore: 100 })]);
    expect(insufficient(bench, 'key')).toEqual({ writtenOff: 0 });
    expect(bench.records.at(-1)).toMatchObject({ kind: 'audit', body: { what: 'debit_doubtful', tokens: 80 } });
    expect(bench.rowsOf('debit')).toMatchObject([{ id: 'debit:acc_1:2' }]);
    expect(intend(bench, 'key 2')).toEqual({ kind: 'send', id: 'key 2', tokens: 10 });
  });
});
