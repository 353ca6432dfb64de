import { describe, expect, it } from 'vitest';
import type { Clawback } from '../../../src/core/account/account.ts';
import { availableTokens } from '../../../src/core/account/available.ts';
import { decideClaim } from '../../../src/core/account/claim.ts';
import { type ClawbackStep, decideClawback, type PaidFor } from '../../../src/core/account/clawback.ts';
import { decideClawbackBooked, decideClawbackInsufficient } from '../../../src/core/account/clawback-answer.ts';
import type { SourcedGrant } from '../../../src/core/dodo/billing.ts';
import { DAY, MINUTE } from '../../../src/core/time.ts';
import { type Bench, batchOf, createBench, credit, DODO_NOW, deducted, rowOf } from './bench.ts';

/** A payment of 10.00 for a grant of 1,000 tokens, of which `remaining` are left. */
function paidFor(remaining: number, parts: Partial<SourcedGrant> = {}): PaidFor {
  const grant = { id: 'g1', initial: 1_000, sourceId: 'pay_1', createdAt: DODO_NOW, expiresAt: DODO_NOW + 30 * DAY };
  return { cents: 1_000, grants: [{ ...grant, remaining, ...parts }] };
}

interface Stage {
  bench: Bench;
  clawback(): Clawback | undefined;
  available(): number;
  refund(id: string, cents: number, status?: string, at?: number): void;
  dispute(status: string, at: number, amountCents?: number | null): void;
  /** What the worker decides next. */
  step(paid: PaidFor): ClawbackStep;
  /** Dodo books what is open and answers with the row's id. */
  answer(rowId: string | null): void;
}

function stageOf(balance: number): Stage {
  const bench = createBench({ balance });
  const keyOf = () => bench.account.clawbacks.find(({ open }) => open !== null)?.open?.key ?? 'none';
  return {
    bench,
    clawback: () => bench.account.clawbacks[0],
    available: () => availableTokens(bench.account, bench.rules, bench.moment()),
    refund(id, cents, status = 'succeeded', at = DODO_NOW) {
      const refund = { id, paymentId: 'pay_1', customerId: 'cus_1', status, amountCents: cents };
      bench.apply(decideClaim(bench.account, { at, refund }, bench.now));
    },
    dispute(status, at, amountCents = 1_000) {
      const dispute = { id: 'dp_1', paymentId: 'pay_1', customerId: null, status, amountCents };
      bench.apply(decideClaim(bench.account, { at, dispute }, bench.now));
    },
    step: (paid) => bench.apply(decideClawback(bench.account, 'pay_1', paid, bench.rules, bench.moment())),
    answer(rowId) {
      const seen = new Set([...bench.seen].filter((key) => key === `row:${rowId}`));
      bench.apply(decideClawbackBooked(bench.account, keyOf(), rowId, seen, bench.now));
    },
  };
}

const adjusted = (id: string, amount: number, balanceBefore: number, type = 'manual_adjustment') =>
  rowOf({ id, type, amount, isCredit: false, balanceBefore, referenceType: 'api' });

describe('taking back what a refunded payment had paid for', () => {
  it('has a key that follows from its cause, so that Dodo takes it once even after the store was lost', () => {
    const keys = [800, 800, 300].map((remaining) => {
      const stage = stageOf(5_000);
      stage.refund('ref_1', 250);
      const step = stage.step(paidFor(remaining));
      return step.kind === 'send' ? step.intent.key : step.kind;
    });
    expect(keys[0]).toMatch(/^cb_[0-9a-f]{40}$/);
    expect(new Set(keys).size).toBe(1);
  });

  it('holds the refunded share of what its grant holds, before anything is sent', () => {
    const stage = stageOf(5_000);
    stage.refund('ref_1', 250);
    expect(stage.bench.rowsOf('clawback')).toHaveLength(1);
    expect(stage.step(paidFor(800))).toMatchObject({ kind: 'send', intent: { direction: 'debit', tokens: 200 } });
    expect(stage.available()).toBe(4_800);
  });

  it('never takes what running asks hold, or what was used and is not in the ledger yet', () => {
    const stage = stageOf(1_000);
    stage.bench.hold('a', { inputTokens: 100, wantedOutputTokens: 200 });
    stage.bench.account.metered = { waiting: 50, batches: [batchOf('b', 150)] };
    stage.refund('ref_1', 1_000);
    expect(stage.step(paidFor(1_000))).toMatchObject({ intent: { tokens: 500 } });
    expect(stage.available()).toBe(0);
  });

  it('is the same entry when it is asked for again after a crash', () => {
    const stage = stageOf(1_000);
    stage.refund('ref_1', 1_000);
    const first = stage.step(paidFor(1_000));
    expect(stage.step(paidFor(10))).toEqual(first);
  });

  it.each([
    ['the payment’s grant', 500, 1_000],
    ['another grant', 1_000, 1_000],
    ['the payment’s grant, of which 300 were spent since', 200, 700],
  ])('takes no more than the grant by several refunds, the first drawn from %s', (_from, remaining, total) => {
    const stage = stageOf(5_000);
    stage.refund('ref_1', 500);
    expect(stage.step(paidFor(1_000))).toMatchObject({ intent: { tokens: 500 } });
    stage.answer('r1');
    stage.bench.deliver(adjusted('r1', 500, 5_000));
    stage.refund('ref_2', 500);
    expect(stage.step(paidFor(remaining))).toMatchObject({ intent: { tokens: total - 500 } });
    stage.answer('r2');
    stage.bench.deliver(adjusted('r2', total - 500, 4_500));
    stage.refund('ref_3', 500);
    expect(stage.step(paidFor(remaining))).toEqual({ kind: 'nothing' });
    expect(stage.clawback()?.taken).toBe(total);
  });

  it('takes it once, however often and in whatever order a refund is told', () => {
    const stage = stageOf(1_000);
    stage.refund('ref_1', 1_000);
    stage.refund('ref_1', 1_000);
    stage.refund('ref_1', 1_000, 'pending', DODO_NOW - MINUTE);
    expect(stage.clawback()?.claims).toHaveLength(1);
    stage.step(paidFor(1_000));
    stage.answer('r1');
    stage.answer('r1');
    expect(stage.clawback()?.taken).toBe(1_000);
    expect(stage.step(paidFor(0))).toEqual({ kind: 'nothing' });
    expect(stage.step(paidFor(0))).toEqual({ kind: 'nothing' });
    expect(stage.bench.notices().map(({ facts }) => facts)).toEqual([
      { kind: 'tokens_taken_back', tokens: 1_000, cause: 'refund' },
    ]);
  });

  it('takes nothing for a refund that failed or is under review', () => {
    const stage = stageOf(1_000);
    stage.refund('ref_1', 1_000, 'review');
    expect(stage.step(paidFor(1_000))).toEqual({ kind: 'nothing' });
    stage.refund('ref_1', 1_000, 'failed', DODO_NOW + 1);
    expect(stage.step(paidFor(1_000))).toEqual({ kind: 'nothing' });
    expect(stage.bench.notices()).toEqual([]);
    expect(stage.available()).toBe(1_000);
  });

  it('takes nothing out of overage, and says what was spent', () => {
    const stage = stageOf(0);
    stage.refund('ref_1', 1_000);
    expect(stage.step(paidFor(0))).toEqual({ kind: 'nothing' });
    expect(stage.bench.records.map(({ kind, body }) => [kind, body])).toMatchObject([
      ['alert', { what: 'refunded_tokens_spent', lost: 1_000 }],
    ]);
    expect(stage.bench.count('tokens_lost_to_refunds')).toBe(1_000);
    stage.step(paidFor(0));
    expect(stage.bench.records).toHaveLength(1);
  });

  it('sends what is there under a new key when Dodo has less, and tells the total once', () => {
    const stage = stageOf(1_000);
    stage.refund('ref_1', 1_000);
    const first = stage.step(paidFor(1_000));
    const key = first.kind === 'send' ? first.intent.key : '';
    stage.bench.read([adjusted('elsewhere', 400, 1_000)]);
    stage.bench.apply(decideClawbackInsufficient(stage.bench.account, key, stage.bench.now));
    const second = stage.step(paidFor(600));
    expect(second).toMatchObject({ kind: 'send', intent: { tokens: 600 } });
    expect(second.kind === 'send' && second.intent.key !== key).toBe(true);
    stage.answer('r1');
    stage.step(paidFor(0));
    expect(stage.bench.notices()).toHaveLength(1);
    expect(stage.bench.notices()[0]?.facts).toMatchObject({ tokens: 600 });
  });
});

describe('the row of a clawback among rows of the same amount', () => {
  function opened(type: string) {
    const stage = stageOf(1_000);
    stage.bench.account.metered = { waiting: 0, batches: [batchOf('b', 300)] };
    stage.refund('ref_1', 300);
    stage.step(paidFor(1_000));
    const settled = () => ({
      open: stage.clawback()?.open ?? null,
      unsettled: stage.bench.account.metered.batches.map(({ tokens }) => tokens),
      available: stage.available(),
      foreign: stage.bench.count('tokens_foreign'),
    });
    const ours = (before: number) => adjusted('ours', 300, before, type);
    const usage = (before: number) => deducted('usage', 300, { balanceBefore: before, createdAt: DODO_NOW + 10_000 });
    return { stage, settled, ours, usage };
  }
  const done = { open: null, unsettled: [], available: 400, foreign: 0 };

  it.each(['credit_deducted', 'manual_adjustment'])(
    'is told from metered usage in every order of answer and rows (%s)',
    (type) => {
      const orders = [
        ['answer', 'ours', 'usage'],
        ['answer', 'usage', 'ours'],
        ['ours', 'answer', 'usage'],
        ['usage', 'answer', 'ours'],
        ['ours', 'usage', 'answer'],
        ['usage', 'ours', 'answer'],
      ];
      for (const order of orders) {
        const { stage, settled, ours, usage } = opened(type);
        let balance = 1_000;
        for (const event of order) {
          if (event === 'answer') stage.answer('ours');
          else {
            const row = event === 'ours' ? ours(balance) : usage(balance);
            stage.bench.deliver({ ...row, createdAt: DODO_NOW + 10_000 * (2 - balance / 1_000) });
            balance -= 300;
          }
          // In between the member never has more than what is left in the end.
          expect({ order, event, available: settled().available }).toEqual({ order, event, available: 400 });
        }
        expect({ order, ...settled() }).toEqual({ order, ...done });
      }
    },
  );

  it('is told from the debit of usage of the same amount', () => {
    for (const order of [
      ['answer', 'ours', 'theirs'],
      ['answer', 'theirs', 'ours'],
      ['theirs', 'answer', 'ours'],
      ['theirs', 'ours', 'answer'],
      ['ours', 'theirs', 'answer'],
    ]) {
      const stage = stageOf(1_000);
      const intent = { id: 'd1', tokens: 300, sentAt: stage.bench.now, isSeen: false };
      stage.bench.account.debited = { ...stage.bench.account.debited, open: intent };
      stage.refund('ref_1', 300);
      stage.step(paidFor(1_000));
      let balance = 1_000;
      for (const event of order) {
        if (event === 'answer') stage.answer('ours');
        else {
          const createdAt = DODO_NOW + 10_000 * (2 - balance / 1_000);
          stage.bench.deliver({ ...adjusted(event, 300, balance), createdAt });
          balance -= 300;
        }
        expect({ order, event, available: stage.available() }).toEqual({ order, event, available: 400 });
      }
      expect({ order, open: stage.clawback()?.open }).toEqual({ order, open: null });
      expect({ order, open: stage.bench.account.debited.open }).toEqual({ order, open: null });
    }
  });

  it('is not taken for metered usage that points to its subscription', () => {
    const { stage, settled } = opened('credit_deducted');
    stage.bench.deliver(deducted('usage', 300, { balanceBefore: 1_000, referenceType: 'subscription' }));
    expect(settled()).toMatchObject({ open: { seen: null }, unsettled: [], available: 400 });
  });

  it('is let go when a reading long after does not show it', () => {
    const { stage } = opened('manual_adjustment');
    stage.answer('ours');
    stage.bench.advance(20 * MINUTE);
    stage.bench.read([]);
    expect(stage.clawback()?.open).toBeNull();
  });
});

describe('disputes', () => {
  it('take when opened, and give back exactly that when won, for as long as it would have lasted', () => {
    const stage = stageOf(700);
    stage.dispute('opened', DODO_NOW);
    stage.step(paidFor(1_000));
    stage.answer('r1');
    stage.bench.deliver(adjusted('r1', 700, 700));
    stage.step(paidFor(300));
    stage.bench.advance(3 * DAY);
    stage.dispute('won', DODO_NOW + 3 * DAY);
    const back = stage.step(paidFor(300));
    expect(back).toMatchObject({
      kind: 'send',
      intent: { direction: 'credit', tokens: 700, expiresAt: DODO_NOW + 33 * DAY },
    });
    expect(stage.available()).toBe(0);
    stage.bench.deliver(credit('r2', 700, { createdAt: DODO_NOW + 4 * DAY, referenceType: 'api' }));
    stage.answer('r2');
    expect(stage.step(paidFor(300))).toEqual({ kind: 'nothing' });
    expect(stage.available()).toBe(700);
    expect(stage.bench.notices().map(({ facts }) => facts.kind)).toEqual(['tokens_taken_back', 'tokens_given_back']);
    expect(stage.clawback()).toMatchObject({ taken: 0, open: null, lost: 0 });
  });

  it('that are opened again take again, under another key', () => {
    const stage = stageOf(1_000);
    const keys = new Set<string>();
    for (const [index, status] of ['opened', 'won', 'opened', 'won', 'lost'].entries()) {
      stage.dispute(status, DODO_NOW + index);
      const step = stage.step(paidFor(1_000));
      if (step.kind === 'send') keys.add(step.intent.key);
      stage.answer(`r${index}`);
      const before = stage.bench.account.ledger?.balance ?? 0;
      const parts = { createdAt: DODO_NOW + 10_000 * (index + 1), referenceType: 'api' };
      const row =
        before === 0 ? credit(`r${index}`, 1_000, parts) : { ...adjusted(`r${index}`, 1_000, 1_000), ...parts };
      stage.bench.deliver(row);
    }
    expect(keys.size).toBe(5);
    expect(stage.clawback()).toMatchObject({ taken: 1_000, open: null });
    expect(stage.available()).toBe(0);
  });

  it.each([['opened'], ['challenged'], ['accepted'], ['expired'], ['lost']])('%s: takes', (status) => {
    const stage = stageOf(1_000);
    stage.dispute(status, DODO_NOW);
    expect(stage.step(paidFor(1_000))).toMatchObject({ kind: 'send', intent: { tokens: 1_000 } });
  });

  it.each([['won'], ['cancelled']])('%s: a late word of its opening changes nothing', (status) => {
    const stage = stageOf(1_000);
    stage.dispute(status, DODO_NOW);
    stage.dispute('opened', DODO_NOW - 1);
    stage.dispute('challenged', DODO_NOW);
    expect(stage.step(paidFor(1_000))).toEqual({ kind: 'nothing' });
  });

  it('count as the whole payment when their amount cannot be read, or is its total in whole dollars', () => {
    for (const amount of [null, 10]) {
      const stage = stageOf(1_000);
      stage.dispute('opened', DODO_NOW, amount);
      expect(stage.step(paidFor(1_000))).toMatchObject({ intent: { tokens: 1_000 } });
    }
  });

  it('of a payment that is refunded as well take it once, and give nothing back while the refund stands', () => {
    const stage = stageOf(1_000);
    stage.dispute('opened', DODO_NOW);
    stage.step(paidFor(1_000));
    stage.answer('r1');
    stage.bench.deliver(adjusted('r1', 1_000, 1_000));
    stage.refund('ref_1', 1_000);
    expect(stage.step(paidFor(0))).toEqual({ kind: 'nothing' });
    stage.dispute('cancelled', DODO_NOW + 1);
    expect(stage.step(paidFor(0))).toEqual({ kind: 'nothing' });
    expect(stage.clawback()?.taken).toBe(1_000);
  });
});
