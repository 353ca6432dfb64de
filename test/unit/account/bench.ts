import { createHash } from 'node:crypto';
import { type Account, newAccount } from '../../../src/core/account/account.ts';
import type { Decision } from '../../../src/core/account/decision.ts';
import { decideHold, type HoldReply, type HoldRequest } from '../../../src/core/account/hold.ts';
import { decideReading, decideRows, keysOfRows } from '../../../src/core/account/ledger.ts';
import type { Notice } from '../../../src/core/account/notice-facts.ts';
import type { Moment, Rules } from '../../../src/core/account/rules.ts';
import { decideSettle, type SettleReply, type SettleRequest } from '../../../src/core/account/settle.ts';
import { createCatalogue, DEFAULT_TERMS } from '../../../src/core/catalogue.ts';
import type { ChatUser } from '../../../src/core/chat/chat.ts';
import type { Grant, LedgerRow } from '../../../src/core/dodo/billing.ts';
import type { ModelRules } from '../../../src/core/models.ts';
import type { NewRecord, NewRow } from '../../../src/core/store.ts';
import { MINUTE, SECOND } from '../../../src/core/time.ts';

/** Our clock and Dodo's at the start of a test: far apart, since they are never compared. */
export const NOW = 1_800_000_000_000;
export const DODO_NOW = NOW - 7 * MINUTE - 123;

export const ann: ChatUser = { platform: 'discord', workspace: '', user: '1' };
export const ben: ChatUser = { platform: 'slack', workspace: 'T1', user: 'U2' };

/** Weights of one to one and a least useful bound of 10 tokens, so that figures can be read. */
export const plainModel: ModelRules = {
  contextTokens: 100_000,
  maxOutputTokens: 10_000,
  leastOutputTokens: 10,
  inputWeight: 1000,
  cachedInputWeight: 1000,
  outputWeight: 1000,
};

const catalogue = createCatalogue(DEFAULT_TERMS, {
  entitlementId: 'cde_tokens',
  productIds: { starter: 'pdt_starter', pro: 'pdt_pro', topup: 'pdt_topup' },
});

export function rulesOf(parts: Partial<Rules> = {}): Rules {
  return {
    catalogue,
    maxAsksPerAccount: 50,
    asksPerMinute: 0,
    balanceMaxAgeMs: 15 * MINUTE,
    settleWithoutPlan: 'debit',
    usageGatherMs: 10 * SECOND,
    overageCapCents: 5_000,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    ...parts,
  };
}

/** A row of the ledger; figures that are not given follow from the type. */
export function rowOf(parts: Partial<LedgerRow> & Pick<LedgerRow, 'id' | 'type'>): LedgerRow {
  const amount = parts.amount ?? 0;
  const isCredit = parts.isCredit ?? parts.type === 'credit_added';
  const balanceBefore = parts.balanceBefore ?? 0;
  const overageBefore = parts.overageBefore ?? 0;
  const balanceAfter = parts.type.startsWith('overage') ? balanceBefore : balanceBefore + (isCredit ? amount : -amount);
  return {
    businessId: 'bus_1',
    entitlementId: 'cde_tokens',
    customerId: 'cus_1',
    isCredit,
    amount,
    balanceBefore,
    balanceAfter,
    overageBefore,
    overageAfter: parts.type === 'overage_charged' ? overageBefore + amount : overageBefore,
    createdAt: DODO_NOW,
    grantId: null,
    referenceType: null,
    referenceId: null,
    ...parts,
  };
}

export function credit(id: string, amount: number, parts: Partial<LedgerRow> = {}): LedgerRow {
  return rowOf({ id, type: 'credit_added', amount, ...parts });
}

export function deducted(id: string, amount: number, parts: Partial<LedgerRow> = {}): LedgerRow {
  return rowOf({ id, type: 'credit_deducted', amount, ...parts });
}

/** One account with its keys, rows and records, kept as a store would: as JSON, nothing shared with the rules. */
export interface Bench {
  account: Account;
  now: number;
  dodoNow: number;
  readonly rules: Rules;
  readonly seen: Set<string>;
  readonly rows: Map<string, NewRow>;
  readonly records: NewRecord[];
  readonly counts: Map<string, number>;
  moment(): Moment;
  /** Both clocks go on. */
  advance(ms: number): void;
  /** Commits a decision. @returns its reply */
  apply<Reply>(decision: Decision<Reply>): Reply;
  deliver(...rows: LedgerRow[]): void;
  /** A reading of the ledger that began and ends now. */
  read(rows: readonly LedgerRow[], grants?: readonly Grant[], startedAt?: number): void;
  hold(askId: string, parts?: Partial<HoldRequest>): HoldReply;
  settle(askId: string, parts?: Partial<SettleRequest>): SettleReply;
  /** Asks something that costs just so many tokens; there must be 10 more than that. */
  spend(askId: string, tokens: number): SettleReply;
  /** The same, down to the last token. */
  spendExactly(askId: string, tokens: number): SettleReply;
  rowsOf(topic: NewRow['topic']): NewRow[];
  /** Every notice ever written. */
  notices(): (Notice & { dueAt: number })[];
  count(name: string): number;
}

export interface BenchOptions {
  rules?: Partial<Rules>;
  account?: Partial<Account>;
  /** First contact was made, with this balance. */
  balance?: number;
  overage?: number;
}

export function createBench(options: BenchOptions = {}): Bench {
  const rules = rulesOf(options.rules);
  const told: (Notice & { dueAt: number })[] = [];
  const bench: Bench = {
    account: { ...newAccount('acc_1', ann, NOW), customerId: 'cus_1', ...options.account },
    now: NOW,
    dodoNow: DODO_NOW,
    rules,
    seen: new Set(),
    rows: new Map(),
    records: [],
    counts: new Map(),
    moment: () => ({ now: bench.now, dodoNow: bench.dodoNow }),
    advance(ms) {
      bench.now += ms;
      bench.dodoNow += ms;
    },
    apply(decision) {
      for (const { name, by } of decision.counts ?? []) bench.counts.set(name, bench.count(name) + by);
      if (decision.account === null) return decision.reply;
      bench.account = JSON.parse(JSON.stringify(decision.account));
      for (const { key } of decision.seen ?? []) bench.seen.add(key);
      for (const id of decision.removeRows ?? []) bench.rows.delete(id);
      for (const row of decision.rows ?? []) {
        // A notice is delivered at once, so that its row's id keeps no second one away.
        if (row.topic === 'notice') told.push({ ...(row.body as Notice), dueAt: row.dueAt });
        else if (!bench.rows.has(row.id)) bench.rows.set(row.id, row);
      }
      bench.records.push(...(decision.records ?? []));
      return decision.reply;
    },
    deliver(...rows) {
      for (const row of rows) {
        bench.apply(decideRows(bench.account, [row], seenOf(bench, keysOfRows([row])), rules, bench.moment()));
      }
    },
    read(rows, grants = [], startedAt = bench.now) {
      const reading = { seq: bench.account.reconcile.requested, rows, grants, startedAt };
      bench.apply(decideReading(bench.account, reading, seenOf(bench, keysOfRows(rows)), rules, bench.moment()));
    },
    hold(askId, parts = {}) {
      const request: HoldRequest = {
        askId,
        by: ann,
        modelName: 'plain',
        model: plainModel,
        inputTokens: 10,
        wantedOutputTokens: 90,
        dodoHeardAt: bench.now,
        lapse: { askId },
        ...parts,
      };
      return bench.apply(decideHold(bench.account, request, seenOf(bench, [`ask:${askId}`]), rules, bench.moment()));
    },
    settle(askId, parts = {}) {
      const request: SettleRequest = {
        askId,
        model: plainModel,
        usage: { inputTokens: 10, cachedTokens: 0, outputTokens: 20 },
        countedBy: 'provider',
        ending: 'complete',
        visible: true,
        source: 'discord',
        ...parts,
      };
      return bench.apply(decideSettle(bench.account, request, rules, bench.moment()));
    },
    spend: (askId, tokens) => spend(bench, askId, tokens, 10),
    spendExactly: (askId, tokens) => spend(bench, askId, tokens, 0),
    rowsOf: (topic) => [...bench.rows.values()].filter((row) => row.topic === topic),
    notices: () => told,
    count: (name) => bench.counts.get(name) ?? 0,
  };
  const { balance, overage = 0 } = options;
  if (balance !== undefined) {
    const at = DODO_NOW - MINUTE;
    bench.account.ledger = {
      balance,
      overage,
      rowId: 'row_first',
      rowAt: at,
      rowsBeside: [],
      anchorAt: 0,
      wholeUntil: at,
      confirmedAt: NOW,
      zeroAt: null,
    };
  }
  return bench;
}

function spend(bench: Bench, askId: string, tokens: number, spare: number): SettleReply {
  const held = bench.hold(askId, { inputTokens: tokens, wantedOutputTokens: spare });
  if (held.kind !== 'held') throw new Error(`expected ${tokens} tokens to be held, got ${JSON.stringify(held)}`);
  return bench.settle(askId, { usage: { inputTokens: tokens, cachedTokens: 0, outputTokens: 0 } });
}

function seenOf(bench: Bench, keys: readonly string[]): Set<string> {
  return new Set(keys.filter((key) => bench.seen.has(key)));
}

/** A running subscription to one of the plans. */
export function subscriptionTo(plan: 'starter' | 'pro', parts: Partial<Account['subscriptions'][number]> = {}) {
  return {
    id: `sub_${plan}`,
    customerId: 'cus_1',
    productId: `pdt_${plan}`,
    status: 'active',
    createdAt: DODO_NOW,
    cycleStartedAt: null,
    nextBillingAt: null,
    endsAtPeriodEnd: false,
    scheduledChange: null,
    overage: plan === 'pro' ? { enabled: true, limitTokens: null } : null,
    eventAt: DODO_NOW,
    cancelling: false,
    ...parts,
  };
}

/** What was sent to the meter and taken, as one batch. */
export function batchOf(id: string, tokens: number, parts: Partial<Account['metered']['batches'][number]> = {}) {
  return { id, tokens, unanswered: 0, acceptedAt: NOW, isAlerted: false, ...parts };
}
