import type { NewRecord, StoredRecord } from '../store.ts';
import type { Millis } from '../time.ts';
import { apiUserOf } from '../wallets/wallet-user.ts';
import type { Account } from './account.ts';
import { unsettledTokens } from './available.ts';
import { openCheckouts } from './checkout.ts';
import { customerNoteRows } from './customer-note.ts';
import type { Decision } from './decision.ts';
import type { Receipt } from './receipt.ts';
import { hasEnded } from './subscription.ts';

/** Why a wallet cannot be erased yet: something under way still has to be told to somebody, or charged. */
export type EraseRefusal = 'nothing_kept' | 'answer_running' | 'plan_runs' | 'open_checkout' | 'usage_unsettled';

/** A row of the topic `erase`. */
export interface EraseBody {
  /** Records written until then. */
  until: Millis;
}

/** null: nothing is in the way. */
export function eraseRefusal(account: Account | null, now: Millis): EraseRefusal | null {
  if (account === null) return 'nothing_kept';
  if (account.holds.length > 0) return 'answer_running';
  const goesOn = account.subscriptions.some((known) => !hasEnded(known) && !known.endsAtPeriodEnd);
  if (goesOn) return 'plan_runs';
  if (openCheckouts(account, now).length > 0) return 'open_checkout';
  const { debited, clawbacks } = account;
  const isBooking = debited.open !== null || clawbacks.some(({ open }) => open !== null);
  return unsettledTokens(account) > 0 || isBooking ? 'usage_unsettled' : null;
}

/**
 * Forgets who a wallet belongs to: its users, its keys, and what no DM could bring. The wallet itself stays, with what
 * its customer has bought; it is its own from now on, until the chat user that its id is derived from comes back. What
 * receipts and audit lines tell of people goes by a row that is written in the same commit.
 */
export function decideErase(account: Account, now: Millis): Decision<EraseRefusal | null> {
  const why = eraseRefusal(account, now);
  if (why !== null) return { account: null, reply: why };
  const itself = apiUserOf(account.id);
  const erased: Account = {
    ...account,
    owner: itself,
    identities: [],
    linkCode: null,
    apiKeys: [],
    buyer: null,
    lastAsked: null,
    undelivered: [],
    checkouts: account.checkouts.map((checkout) => ({ ...checkout, buyer: itself })),
  };
  const body: EraseBody = { until: now };
  return {
    account: erased,
    reply: null,
    rows: [
      ...customerNoteRows(erased, now),
      { id: `erase:${account.id}:${now}`, topic: 'erase', accountId: account.id, dueAt: now, body },
    ],
    records: [
      { kind: 'audit', id: `erased:${account.id}:${now}`, at: now, body: { what: 'erased', accountId: account.id } },
    ],
  };
}

/** Stands for the model of an answer whose receipt was erased. */
const ERASED = 'erased';

/** What stays of a receipt for the books: its number, what it charged and how that was settled. null: it is so already. */
export function erasedReceipt({ kind, id, at, accountId, body }: StoredRecord): NewRecord | null {
  const receipt = body as Receipt;
  if (receipt.model === ERASED) return null;
  const erased: Receipt = {
    ...receipt,
    by: apiUserOf(accountId),
    model: ERASED,
    usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
    startedAt: receipt.settledAt,
  };
  return { kind, id, at, body: erased };
}

/** An audit line without the people and the names that it tells of; null: it tells of none. */
export function erasedAudit({ kind, id, at, body }: StoredRecord): NewRecord | null {
  const { user, users, name, ...rest } = body as Record<string, unknown>;
  return user === undefined && users === undefined && name === undefined ? null : { kind, id, at, body: rest };
}
