import { affordableOutput, type ModelRules } from '../models.ts';
import type { NewRow, SeenKey } from '../store.ts';
import { DAY, MINUTE, type Millis, SECOND } from '../time.ts';
import { tokens, weighTokens } from '../tokens.ts';
import { isChatUser, type WalletUser } from '../wallets/wallet-user.ts';
import type { Account, Hold, LedgerHead } from './account.ts';
import { availableTokens, heldTokens, overageStillAllowed } from './available.ts';
import type { Count, Decision } from './decision.ts';
import { noteOverage } from './overage-cap.ts';
import { requestReconcile } from './reconcile.ts';
import type { Moment, Rules } from './rules.ts';

/** For how long a streamer may be silent before its hold is taken from it. */
export const HOLD_LEASE: Millis = 30 * SECOND;

/** An expiry is known this long after it at the latest, else the ledger is read; also the pause between such readings. */
const GONE_PATIENCE: Millis = 5 * MINUTE;

/** For how long a second hold under one ask id is known. */
const ASK_ID_KEPT: Millis = 2 * DAY;

/** For how long an ask that its asker named is known by that name. */
export const ONCE_KEPT: Millis = DAY;

/** Tokens of a question of a few sentences. */
const SHORT_QUESTION = 100;

export interface HoldRequest {
  askId: string;
  /** No other ask can have its id: none is looked for, or known later, unless it has a name. */
  isUnique?: boolean;
  /** When the asker may ask the same once more and gets the first answer again. */
  once?: Once | null;
  by: WalletUser;
  modelName: string;
  model: ModelRules;
  inputTokens: number;
  /** The most output that the ask could use. */
  wantedOutputTokens: number;
  /** The operator's bound on this ask, in tokens; null: only the wallet bounds it. */
  atMost?: number | null;
  /** Our clock; null: Dodo was never heard. */
  dodoHeardAt: Millis | null;
  /** What the recovery needs when the streamer is gone; stands in the row beside the account. */
  lapse: object;
}

/** An ask that its asker has named, for a day from its beginning. */
export interface Once {
  /** The id that an ask of the same name had if it began on the day before. */
  earlierAskId: string;
  /** Of all that was asked. */
  bodyHash: string;
}

export type Refusal =
  | { reason: 'no_tokens'; needs: number; available: number }
  /** A customer whose ledger was not read yet. */
  | { reason: 'balance_unconfirmed' }
  | { reason: 'billing_silent' }
  /** The wallet could pay for it; what the operator allows the whole bot in a day is used up. */
  | { reason: 'daily_limit' }
  | { reason: 'too_many_running'; limit: number }
  | { reason: 'too_many_a_minute'; limit: number };

/** What the bound was lowered to: what the balance pays for, with overage up to its cap, or the operator's limit of the day. */
export type ClampedTo = 'balance' | 'cap' | 'day';

export type HoldReply =
  | { kind: 'held'; hold: Hold; clampedTo: ClampedTo | null; available: number }
  | { kind: 'refused'; refusal: Refusal }
  /** `isSame`: the very same was asked then. */
  | { kind: 'repeated'; askId: string; isSame: boolean; isRunning: boolean };

/** The dedupe key under which an ask is known. */
function askKey(askId: string): string {
  return `ask:${askId}`;
}

function inputCostOf({ inputTokens, model }: Pick<HoldRequest, 'inputTokens' | 'model'>): number {
  return weighTokens(inputTokens, Math.max(model.inputWeight, model.cachedInputWeight));
}

/** The most that an ask could hold, if the wallet had it. */
export function mostTokens(request: Pick<HoldRequest, 'inputTokens' | 'model' | 'wantedOutputTokens'>): number {
  return inputCostOf(request) + weighTokens(request.wantedOutputTokens, request.model.outputWeight);
}

/**
 * Reserves tokens for an ask, or says why not: input plus the output bound. When less is available the bound is
 * lowered to what is affordable; below the least useful bound the ask is refused.
 */
export function decideHold(
  account: Account,
  request: HoldRequest,
  seen: ReadonlySet<string>,
  rules: Rules,
  moment: Moment,
): Decision<HoldReply> {
  const repeated = repeatOf(account, request, seen);
  if (repeated !== null) return { account: null, reply: repeated, counts: [{ name: 'asks_repeated', by: 1 }] };
  const refuse = (refusal: Refusal, after: Partial<Decision<HoldReply>> = {}): Decision<HoldReply> => ({
    account: null,
    ...after,
    reply: { kind: 'refused', refusal },
  });

  const { model } = request;
  const inputCost = inputCostOf(request);
  const least = Math.min(model.leastOutputTokens, request.wantedOutputTokens);
  const needs = inputCost + weighTokens(least, model.outputWeight);

  if (account.customerId === null) return refuse({ reason: 'no_tokens', needs, available: 0 });
  const isRestoring = account.trustFrom !== null && moment.now < account.trustFrom;
  if (account.ledger === null || isRestoring) return refuse({ reason: 'balance_unconfirmed' });
  if (request.dodoHeardAt === null || moment.now - request.dodoHeardAt > rules.balanceMaxAgeMs) {
    return refuse({ reason: 'billing_silent' });
  }
  if (account.holds.length >= rules.maxAsksPerAccount) {
    return refuse({ reason: 'too_many_running', limit: rules.maxAsksPerAccount });
  }
  const minute = Math.floor(moment.now / MINUTE);
  const asks = account.pace.minute === minute ? account.pace.asks : 0;
  if (rules.asksPerMinute > 0 && asks >= rules.asksPerMinute) {
    return refuse({ reason: 'too_many_a_minute', limit: rules.asksPerMinute });
  }

  const available = availableTokens(account, rules, moment);
  const affordable = affordableOutput(model, available - inputCost);
  const lendable = Math.min(request.wantedOutputTokens, affordable);
  if (lendable < least) {
    // A short question would be refused as well, even if running answers gave back what they hold.
    const shortAsk = weighTokens(SHORT_QUESTION, model.inputWeight) + weighTokens(least, model.outputWeight);
    const isStopped = available + heldTokens(account) < shortAsk;
    const told = noteOverage(account, rules, moment, isStopped);
    const again = lookAgain(told.account, account.ledger, moment);
    const rows = [...told.rows, ...again.rows];
    const counts: Count[] = told.rows.length > 0 ? [{ name: 'notices', by: told.rows.length }] : [];
    const after = rows.length > 0 ? { account: again.account, rows, counts } : {};
    return refuse({ reason: 'no_tokens', needs, available }, after);
  }

  const allowed = affordableOutput(model, (request.atMost ?? available) - inputCost);
  if (allowed < least) return refuse({ reason: 'daily_limit' });
  const outputBound = Math.min(lendable, allowed);

  const hold: Hold = {
    askId: request.askId,
    tokens: tokens(inputCost + weighTokens(outputBound, model.outputWeight), 'a hold'),
    inputTokens: request.inputTokens,
    outputBound,
    model: request.modelName,
    by: request.by,
    since: moment.now,
  };
  const isClamped = outputBound < request.wantedOutputTokens;
  const paidUpTo: ClampedTo = isClamped && overageStillAllowed(account, rules) > 0 ? 'cap' : 'balance';
  const clampedTo = isClamped ? (outputBound < lendable ? 'day' : paidUpTo) : null;
  const held: Account = {
    ...account,
    holds: [...account.holds, hold],
    pace: { minute, asks: asks + 1 },
    // Whoever is told by DM of what happens must be somebody who has DMs.
    lastAsked: isChatUser(request.by) ? request.by : account.lastAsked,
  };
  const checked = lookAgain(held, account.ledger, moment);
  return {
    account: checked.account,
    reply: { kind: 'held', hold, clampedTo, available: available - hold.tokens },
    seen: seenKeysOf(request, moment.now),
    rows: [
      {
        id: lapseRowId(request.askId),
        topic: 'lapse',
        accountId: account.id,
        dueAt: moment.now + HOLD_LEASE,
        body: request.lapse,
      },
      ...checked.rows,
    ],
    counts: [{ name: 'asks_held', by: 1 }, ...(isClamped ? ([{ name: 'asks_clamped', by: 1 }] as const) : [])],
  };
}

/** The dedupe keys that a decision on this ask looks at. */
export function keysOfAsk({ askId, isUnique, once }: Pick<HoldRequest, 'askId' | 'isUnique' | 'once'>): string[] {
  if (isUnique && !once) return [];
  if (!once) return [askKey(askId)];
  return [once.earlierAskId, askId].flatMap((id) => [askKey(id), bodyKey(id, once.bodyHash)]);
}

function bodyKey(askId: string, bodyHash: string): string {
  return `${askKey(askId)}:${bodyHash}`;
}

function repeatOf(
  account: Account,
  { askId, once }: HoldRequest,
  seen: ReadonlySet<string>,
): Extract<HoldReply, { kind: 'repeated' }> | null {
  const known = [...(once ? [once.earlierAskId] : []), askId].find((id) => seen.has(askKey(id)));
  if (known === undefined) return null;
  return {
    kind: 'repeated',
    askId: known,
    isSame: !once || seen.has(bodyKey(known, once.bodyHash)),
    isRunning: account.holds.some((hold) => hold.askId === known),
  };
}

function seenKeysOf({ askId, isUnique, once }: HoldRequest, now: Millis): SeenKey[] {
  if (isUnique && !once) return [];
  if (!once) return [{ key: askKey(askId), expiresAt: now + ASK_ID_KEPT }];
  return [askKey(askId), bodyKey(askId, once.bodyHash)].map((key) => ({ key, expiresAt: now + ONCE_KEPT }));
}

/**
 * The ledger is read again when it was not heard of for a day, and when a grant that should be gone by now still takes
 * its share off the balance: its expiry, or what was drawn from it, did not reach us.
 */
function lookAgain(account: Account, ledger: LedgerHead, moment: Moment): { account: Account; rows: NewRow[] } {
  const age = moment.now - ledger.confirmedAt;
  const hasGone = account.grants.some(
    (grant) => grant.remaining > 0 && grant.expiresAt !== null && grant.expiresAt <= moment.dodoNow,
  );
  const isDoubtful = age > DAY || (hasGone && age > GONE_PATIENCE);
  return isDoubtful ? requestReconcile(account, 'stale', moment.now, moment.now) : { account, rows: [] };
}

/** The row that comes due when the streamer of this ask has been silent for a lease. */
export function lapseRowId(askId: string): string {
  return `lapse:${askId}`;
}

/** For how long an ask may run in all: Discord's token for editing the answer lives 15 minutes. */
export const ASK_DEADLINE: Millis = 10 * MINUTE;
