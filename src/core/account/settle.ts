import type { UsageEvent } from '../dodo/billing.ts';
import type { AskOutcome } from '../metric-catalogue.ts';
import type { ModelUsage } from '../model.ts';
import { type ModelRules, weighUsage } from '../models.ts';
import type { NewRow } from '../store.ts';
import { DAY } from '../time.ts';
import type { Account, Hold } from './account.ts';
import { availableTokens, leftTokens, runningPlan } from './available.ts';
import { scheduleDebit } from './debit.ts';
import type { Count, Decision } from './decision.ts';
import { lapseRowId } from './hold.ts';
import { noteLowBalance } from './low-balance.ts';
import { noteOverage } from './overage-cap.ts';
import type { Ending, Receipt, Weights } from './receipt.ts';
import type { Moment, Rules } from './rules.ts';

/** Asks a day that may end with nothing to show by the asker's own doing before they cost their input. */
const FREE_EMPTY_ASKS = 3;

export interface SettleRequest {
  askId: string;
  model: ModelRules;
  usage: ModelUsage;
  countedBy: 'provider' | 'us';
  ending: Ending;
  /** At least one character reached the asker. */
  visible: boolean;
  source: UsageEvent['source'];
}

/** null: no such hold, so it was settled before; nothing changed. */
export type SettleReply = { receipt: Receipt; left: number; available: number; heldTokens: number } | null;

/**
 * Replaces a hold by what was used, min(actual, hold), and writes the usage event and the receipt with it.
 * Without visible output nothing is charged, unless the asker caused it more than three times a day.
 */
export function decideSettle(
  account: Account,
  request: SettleRequest,
  rules: Rules,
  moment: Moment,
): Decision<SettleReply> {
  const hold = account.holds.find((candidate) => candidate.askId === request.askId);
  if (hold === undefined) {
    return { account: null, reply: null, counts: [{ name: 'settles_repeated', by: 1 }] };
  }
  const { cost, empty } = costOf(account, request, moment);
  const charged = Math.min(cost, hold.tokens);
  const settledBy = charged === 0 ? 'free' : settlesByMeter(account, rules) ? 'meter' : 'debit';

  const released: Account = {
    ...account,
    empty,
    holds: account.holds.filter((candidate) => candidate !== hold),
  };
  const booked = book(released, hold, charged, settledBy, request, rules, moment);
  const low = noteLowBalance(booked.account, 'usage', rules, moment);
  const over = noteOverage(low.account, rules, moment);
  const told = { account: over.account, rows: [...low.rows, ...over.rows] };

  const receipt: Receipt = {
    askId: hold.askId,
    by: hold.by,
    model: hold.model,
    ending: request.ending,
    usage: request.usage,
    weights: weightsOf(request.model),
    countedBy: request.countedBy,
    charged,
    beyondHold: cost - charged,
    settledBy,
    startedAt: hold.since,
    settledAt: moment.now,
  };
  const counts: Count[] = [
    { name: 'asks_settled', by: 1, labels: { source: request.source, outcome: outcomeOf(request, charged) } },
    { name: 'tokens_charged', by: charged, labels: { source: request.source, model: hold.model } },
    { name: 'tokens_beyond_hold', by: receipt.beyondHold },
    { name: 'notices', by: told.rows.length },
  ];
  return {
    account: told.account,
    reply: {
      receipt,
      left: leftTokens(told.account),
      available: availableTokens(told.account, rules, moment),
      heldTokens: hold.tokens,
    },
    removeRows: [lapseRowId(hold.askId)],
    rows: [...booked.rows, ...told.rows],
    records: [{ kind: 'ask', id: hold.askId, at: moment.now, body: receipt }],
    counts: counts.filter((count) => count.by > 0),
  };
}

function outcomeOf({ ending, visible }: SettleRequest, charged: number): AskOutcome {
  if (ending === 'complete') return 'answered';
  if (ending !== 'length' && ending !== 'stopped') return ending;
  if (!visible && charged === 0) return 'free';
  return ending === 'length' ? 'answered' : 'stopped';
}

function weightsOf({ inputWeight, cachedInputWeight, outputWeight }: ModelRules): Weights {
  return { inputWeight, cachedInputWeight, outputWeight };
}

function settlesByMeter(account: Account, rules: Rules): boolean {
  return rules.settleWithoutPlan === 'meter' || runningPlan(account, rules) !== null;
}

function costOf(account: Account, request: SettleRequest, moment: Moment): { cost: number; empty: Account['empty'] } {
  if (request.visible) return { cost: weighUsage(request.model, request.usage), empty: account.empty };
  const causedByAsker = request.ending === 'stopped' || request.ending === 'length';
  if (!causedByAsker) return { cost: 0, empty: account.empty };
  const day = Math.floor(moment.now / DAY);
  const before = account.empty.day === day ? account.empty.asks : 0;
  const input = weighUsage(request.model, { ...request.usage, outputTokens: 0 });
  return { cost: before < FREE_EMPTY_ASKS ? 0 : input, empty: { day, asks: before + 1 } };
}

function book(
  account: Account,
  hold: Hold,
  charged: number,
  settledBy: Receipt['settledBy'],
  request: SettleRequest,
  rules: Rules,
  moment: Moment,
): { account: Account; rows: NewRow[] } {
  if (settledBy === 'free' || account.customerId === null) return { account, rows: [] };
  if (settledBy === 'debit') {
    return scheduleDebit(
      { ...account, debited: { ...account.debited, waiting: account.debited.waiting + charged } },
      moment.now,
    );
  }
  const event: UsageEvent = {
    eventId: hold.askId,
    customerId: account.customerId,
    tokens: charged,
    model: hold.model,
    inputTokens: request.usage.inputTokens,
    outputTokens: request.usage.outputTokens,
    cachedTokens: request.usage.cachedTokens,
    source: request.source,
    settledAt: moment.now,
  };
  return {
    account: { ...account, metered: { ...account.metered, waiting: account.metered.waiting + charged } },
    rows: [
      {
        id: `usage:${hold.askId}`,
        topic: 'usage',
        accountId: account.id,
        dueAt: moment.now + rules.usageGatherMs,
        body: event,
      },
    ],
  };
}

/** Drops a hold whose ask never reached the model: no charge, no receipt. */
export function decideRelease(account: Account, askId: string): Decision<boolean> {
  const kept = account.holds.filter((hold) => hold.askId !== askId);
  if (kept.length === account.holds.length) return { account: null, reply: false };
  return { account: { ...account, holds: kept }, reply: true, removeRows: [lapseRowId(askId)] };
}
