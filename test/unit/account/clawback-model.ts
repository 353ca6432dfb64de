import type { Account } from '../../../src/core/account/account.ts';
import { decideClaim } from '../../../src/core/account/claim.ts';
import { decideClawback } from '../../../src/core/account/clawback.ts';
import {
  answeredRowKey,
  decideClawbackBooked,
  decideClawbackInsufficient,
} from '../../../src/core/account/clawback-answer.ts';
import type { LedgerRow } from '../../../src/core/dodo/billing.ts';
import { type Bench, batchOf, createBench, DODO_NOW, rowOf } from './bench.ts';

/** A payment of 10.00 for 1,000 tokens, and 1,000 more tokens of another source. */
export const PAID_CENTS = 1_000;
export const GRANTED = 2_000;

/** An account with a refundable payment, and a Dodo whose rows arrive when the test says. */
export interface ClawbackModel {
  bench: Bench;
  ask(tokens: number): void;
  finish(): void;
  /** What was used is sent to the meter, and the meter runs. */
  meter(): void;
  refund(cents: number): void;
  dispute(status: 'opened' | 'won' | 'lost' | 'cancelled'): void;
  /** The worker goes on. @param answer whether Dodo's answer comes, gets lost, or never leaves us */
  work(answer: 'comes' | 'lost' | 'unsent'): void;
  /** Of the rows on their way, this one arrives. */
  arrive(which: number): void;
  read(): void;
  charged(): number;
  held(): number;
  /** Net, as Dodo's ledger has it. */
  takenAtDodo(): number;
  balanceAtDodo(): number;
  /** Everything that is under way comes to its end. */
  drain(): void;
}

export function createClawbackModel(drawsPaidFirst: boolean, debitType: string): ClawbackModel {
  const bench = createBench({ balance: GRANTED, rules: { settleWithoutPlan: 'meter' } });
  const dodo = { balance: GRANTED, paid: 1_000, taken: 0, clock: DODO_NOW };
  const rows: LedgerRow[] = [];
  const underWay: LedgerRow[] = [];
  const booked = new Set<string>();
  const asks: { id: string; tokens: number }[] = [];
  let charged = 0;
  let count = 0;
  const disputed = new Map<string, string>();

  function post(amount: number, isCredit: boolean, type: string, referenceType: string | null): LedgerRow {
    dodo.clock += 10_000;
    count += 1;
    const row = rowOf({
      id: `row${count}`,
      type,
      amount,
      isCredit,
      balanceBefore: dodo.balance,
      createdAt: dodo.clock,
      referenceType,
    });
    const other = dodo.balance - dodo.paid;
    if (!isCredit) dodo.paid -= drawsPaidFirst ? Math.min(dodo.paid, amount) : Math.max(0, amount - other);
    dodo.balance = row.balanceAfter;
    rows.push(row);
    underWay.push(row);
    return row;
  }

  function change(decide: (account: Account) => ReturnType<typeof decideClaim>): void {
    bench.apply(decide(bench.account));
  }

  function read(): void {
    bench.dodoNow = Math.max(bench.dodoNow, dodo.clock);
    bench.read(rows);
  }

  const model: ClawbackModel = {
    bench,
    ask(tokens) {
      count += 1;
      const id = `ask${count}`;
      if (bench.hold(id, { inputTokens: tokens, wantedOutputTokens: 10 }).kind === 'held') asks.push({ id, tokens });
    },
    finish() {
      const next = asks.shift();
      if (next === undefined) return;
      const usage = { inputTokens: next.tokens, cachedTokens: 0, outputTokens: 0 };
      charged += bench.settle(next.id, { usage })?.receipt.charged ?? 0;
    },
    meter() {
      const { waiting, batches } = bench.account.metered;
      if (waiting === 0) return;
      count += 1;
      bench.account.metered = { waiting: 0, batches: [...batches, batchOf(`b${count}`, waiting)] };
      const taken = Math.min(waiting, dodo.balance);
      // Dodo never charges what its balance does not cover: the gate must see to it that this does not happen.
      if (taken < waiting) throw new Error(`expected a balance for ${waiting} used tokens, found ${taken}`);
      post(taken, false, 'credit_deducted', null);
    },
    refund(cents) {
      count += 1;
      const refund = { id: `ref${count}`, paymentId: 'pay_1', customerId: 'cus_1', status: 'succeeded' };
      change((account) =>
        decideClaim(account, { at: dodo.clock, refund: { ...refund, amountCents: cents } }, bench.now),
      );
    },
    dispute(status) {
      const known = [...disputed].findLast(([, state]) => state === 'opened');
      const id = known?.[0] ?? `dp${disputed.size}`;
      disputed.set(id, status);
      const dispute = { id, paymentId: 'pay_1', customerId: null, status, amountCents: PAID_CENTS };
      dodo.clock += 1;
      change((account) => decideClaim(account, { at: dodo.clock, dispute }, bench.now));
    },
    work(answer) {
      const grant = { id: 'g1', initial: 1_000, sourceId: 'pay_1', createdAt: DODO_NOW, expiresAt: null };
      const paid = { cents: PAID_CENTS, grants: [{ ...grant, remaining: dodo.paid }] };
      const step = bench.apply(decideClawback(bench.account, 'pay_1', paid, bench.rules, bench.moment()));
      if (step.kind !== 'send' || answer === 'unsent') return;
      const { key, direction, tokens } = step.intent;
      const isKnown = booked.has(key);
      if (!isKnown && direction === 'debit' && tokens > dodo.balance) {
        read();
        change((account) => decideClawbackInsufficient(account, key, bench.now));
        return;
      }
      const type = direction === 'credit' ? 'credit_added' : debitType;
      const row = isKnown ? null : post(tokens, direction === 'credit', type, 'api');
      booked.add(key);
      if (row !== null) dodo.taken += direction === 'debit' ? tokens : -tokens;
      if (answer === 'lost') return;
      if (row === null) read();
      const seen = new Set(row !== null && bench.seen.has(answeredRowKey(row.id)) ? [answeredRowKey(row.id)] : []);
      change((account) => decideClawbackBooked(account, key, row?.id ?? null, seen, bench.now));
    },
    arrive(which) {
      const [row] = underWay.splice(which % Math.max(1, underWay.length), 1);
      if (row !== undefined) bench.deliver(row);
    },
    read,
    charged: () => charged,
    held: () => bench.account.holds.reduce((sum, hold) => sum + hold.tokens, 0),
    takenAtDodo: () => dodo.taken,
    balanceAtDodo: () => dodo.balance,
    drain() {
      while (asks.length > 0) model.finish();
      model.meter();
      for (let round = 0; round < 12; round += 1) {
        model.work('comes');
        while (underWay.length > 0) model.arrive(0);
        read();
      }
    },
  };
  return model;
}
