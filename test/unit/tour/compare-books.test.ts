import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../src/core/account/receipt.ts';
import type { LedgerRow } from '../../../src/core/dodo/billing.ts';
import type { Statement } from '../../../src/core/usage/statement.ts';
import type { DodoBooks } from '../../../src/sandbox/tour/books.ts';
import { compareBooks } from '../../../src/sandbox/tour/compare-books.ts';

const by = { platform: 'discord', workspace: '', user: '1' } as const;

function receipt(askId: string, charged: number): Receipt {
  return {
    askId,
    by,
    model: 'm',
    ending: 'complete',
    usage: { inputTokens: 1, cachedTokens: 0, outputTokens: charged - 1 },
    weights: { inputWeight: 1_000, cachedInputWeight: 1_000, outputWeight: 1_000 },
    countedBy: 'provider',
    charged,
    beyondHold: 0,
    settledBy: 'meter',
    startedAt: 0,
    settledAt: 1,
  };
}

function row(id: string): LedgerRow {
  return {
    id,
    businessId: 'b',
    entitlementId: 'e',
    customerId: 'c',
    type: 'credit_deducted',
    isCredit: false,
    amount: 1,
    balanceBefore: 0,
    balanceAfter: 0,
    overageBefore: 0,
    overageAfter: 0,
    createdAt: 0,
    grantId: null,
    referenceType: null,
    referenceId: null,
  };
}

const dodo: DodoBooks = {
  granted: 1_000,
  balance: 700,
  overage: 0,
  deducted: 300,
  events: new Map([
    ['a', 100],
    ['b', 200],
  ]),
  rows: [
    { id: 'r1', type: 'credit_added', amount: 1_000, balanceAfter: 1_000, overageAfter: 0 },
    { id: 'r2', type: 'credit_deducted', amount: 300, balanceAfter: 700, overageAfter: 0 },
  ],
};
const bot: Statement = {
  customerId: 'c',
  figures: {
    balance: 700,
    left: 700,
    free: 700,
    available: 700,
    held: 0,
    unsettled: 0,
    expiring: 0,
    clawed: 0,
    overage: 0,
    overageAllowed: 0,
    plan: null,
    hasCustomer: true,
    lasting: [],
  },
  receipts: [receipt('a', 100), receipt('b', 200)],
  ledger: [row('r1'), row('r2')],
};

function differing(changedDodo: Partial<DodoBooks>, changedBot: Partial<Statement>): string[] {
  const lines = compareBooks({ ...dodo, ...changedDodo }, { ...bot, ...changedBot });
  return lines.filter((line) => line.dodo !== line.bot).map((line) => line.what);
}

describe('comparing the books', () => {
  it('finds nothing where both say the same', () => {
    expect(differing({}, {})).toEqual([]);
  });

  it('finds a charge that Dodo never took', () => {
    const receipts = [...bot.receipts, receipt('c', 50)];
    expect(differing({}, { receipts })).toEqual([
      'deducted and charged',
      'usage ingested and charged',
      'number of events and receipts',
    ]);
  });

  it('finds two receipts whose charges were swapped, though the sums agree', () => {
    expect(differing({}, { receipts: [receipt('a', 200), receipt('b', 100)] })).toEqual(['events like their receipt']);
  });

  it('finds a ledger row that the bot does not know', () => {
    expect(differing({}, { ledger: [row('r1')] })).toEqual(['number of ledger rows']);
  });

  it('finds tokens that left the ledger other than by usage', () => {
    const balances = { ...bot.figures, balance: 650, left: 650, available: 650 };
    expect(differing({ balance: 650 }, { figures: balances })).toEqual(['granted less balance, plus overage']);
  });

  it('finds what is left over of holds and usage', () => {
    const figures = { ...bot.figures, held: 5, unsettled: 7, available: 688 };
    expect(differing({}, { figures })).toEqual(['unsettled', 'held', 'available']);
  });

  it('finds a balance and an overage that are not the ledger’s', () => {
    const figures = { ...bot.figures, balance: 699, overage: 1 };
    expect(differing({}, { figures })).toEqual(['balance', 'overage']);
  });
});
