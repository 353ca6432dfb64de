import type { NewRow } from '../store.ts';
import { MINUTE, type Millis } from '../time.ts';
import type { Account, DebitIntent } from './account.ts';
import type { Decision } from './decision.ts';
import { requestReconcile } from './reconcile.ts';

/** Usage gathers for this long before it is debited, so that a talk costs one call a minute. */
const DEBIT_INTERVAL: Millis = MINUTE;

/** When the ledger is read for a debit whose row has not come by webhook. */
const DEBIT_CHECK_AFTER: Millis = 2 * MINUTE;

/** A row of the topic `debit`. */
export interface DebitBody {
  count: number;
}

/** What the worker is to do: send the intent, come back when the one under way has settled, or nothing. */
export type DebitStep = { kind: 'send'; id: string; tokens: number } | { kind: 'wait' } | { kind: 'nothing' };

/** Makes sure that a debit is on its way for what waits, and for an intent that was not sent. */
export function scheduleDebit(account: Account, now: Millis): { account: Account; rows: NewRow[] } {
  const { debited } = account;
  const isUnsent = debited.open !== null && debited.open.sentAt === null;
  if (debited.scheduled || (debited.waiting === 0 && !isUnsent)) return { account, rows: [] };
  const count = debited.count + 1;
  const dueAt = Math.max(now, debited.notBefore);
  const body: DebitBody = { count };
  return {
    account: { ...account, debited: { ...debited, count, scheduled: true } },
    rows: [{ id: debitRowId(account.id, count), topic: 'debit', accountId: account.id, dueAt, body }],
  };
}

/**
 * Writes the intent before it is sent; asked again after a crash, it is the same one.
 * @param newId the idempotency key of a new intent
 */
export function decideDebitIntent(account: Account, newId: string, now: Millis): Decision<DebitStep> {
  const { debited } = account;
  if (debited.open !== null) {
    const { id, tokens, sentAt } = debited.open;
    return { account: null, reply: sentAt === null ? { kind: 'send', id, tokens } : { kind: 'wait' } };
  }
  if (debited.waiting === 0) {
    return {
      account: { ...account, debited: { ...debited, scheduled: false } },
      reply: { kind: 'nothing' },
      removeRows: [debitRowId(account.id, debited.count)],
    };
  }
  const open = { id: newId, tokens: debited.waiting, sentAt: null, isSeen: false };
  return {
    account: { ...account, debited: { ...debited, waiting: 0, open, notBefore: now + DEBIT_INTERVAL } },
    reply: { kind: 'send', id: open.id, tokens: open.tokens },
  };
}

/** Dodo has taken the debit; its ledger row settles the intent, or has done so already. */
export function decideDebitSent(account: Account, id: string, now: Millis): Decision<void> {
  const { debited } = account;
  const isThis = debited.open?.id === id;
  const open = isThis && debited.open !== null ? confirmed(debited.open, now) : debited.open;
  const sent: Account = { ...account, debited: { ...debited, open, scheduled: false } };
  const next = scheduleDebit(sent, now);
  const checked =
    open === null
      ? { account: next.account, rows: [] }
      : requestReconcile(next.account, 'debit', now + DEBIT_CHECK_AFTER, now);
  return {
    account: checked.account,
    reply: undefined,
    removeRows: [debitRowId(account.id, debited.count)],
    rows: [...next.rows, ...checked.rows],
  };
}

function confirmed(intent: DebitIntent, now: Millis): DebitIntent | null {
  return intent.isSeen ? null : { ...intent, sentAt: now };
}

/**
 * A row of the intent's amount has come. While Dodo has not answered, the row may be another's of the same amount, so
 * the intent stays to be sent under its key, which Dodo takes once.
 */
export function settleIntent(account: Account): Account {
  const { open } = account.debited;
  if (open === null) return account;
  const left = open.sentAt === null ? { ...open, isSeen: true } : null;
  return { ...account, debited: { ...account.debited, open: left } };
}

/**
 * Dodo has less than the intent: what its ledger has is debited under a new key, the rest is written off (the credits
 * expired between the gate and the debit). The ledger must have been read since.
 */
export function decideDebitInsufficient(account: Account, id: string, now: Millis): Decision<{ writtenOff: number }> {
  const { debited } = account;
  if (debited.open === null || debited.open.id !== id) return goOn(account, now);
  if (debited.open.isSeen) {
    // Its row says that Dodo has taken it, unless that is another's of the same amount: nobody can tell, so it is not
    // taken again, and the audit says so.
    const settled = goOn({ ...account, debited: { ...debited, open: null } }, now);
    const body = { what: 'debit_doubtful', tokens: debited.open.tokens };
    return { ...settled, records: [{ kind: 'audit', id: `${id}:doubtful`, at: now, body }] };
  }
  const affordable = Math.min(debited.open.tokens, account.ledger?.balance ?? 0);
  const writtenOff = debited.open.tokens - affordable;
  const shrunk: Account = {
    ...account,
    debited: { ...debited, open: null, scheduled: false, waiting: debited.waiting + affordable },
  };
  const next = scheduleDebit(shrunk, now);
  return {
    account: next.account,
    reply: { writtenOff },
    removeRows: [debitRowId(account.id, debited.count)],
    rows: next.rows,
    records: [
      {
        kind: 'audit',
        id: `${id}:insufficient`,
        at: now,
        body: { what: 'debit_insufficient', tokens: debited.open.tokens, writtenOff },
      },
    ],
    counts: writtenOff > 0 ? [{ name: 'tokens_written_off', by: writtenOff }] : [],
  };
}

/** The intent was settled by its row after all: what has gathered since is to be debited next. */
function goOn(account: Account, now: Millis): Decision<{ writtenOff: number }> {
  const next = scheduleDebit({ ...account, debited: { ...account.debited, scheduled: false } }, now);
  const removeRows = [debitRowId(account.id, account.debited.count)];
  return { account: next.account, reply: { writtenOff: 0 }, removeRows, rows: next.rows };
}

/** The id of the row that sends an account's debit. */
function debitRowId(accountId: string, count: number): string {
  return `debit:${accountId}:${count}`;
}
