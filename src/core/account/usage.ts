import type { UsageEvent } from '../dodo/billing.ts';
import { DAY, MINUTE, type Millis } from '../time.ts';
import type { Account, UsageBatch } from './account.ts';
import type { Decision } from './decision.ts';
import { DEDUCTION_PATIENCE, requestReconcile } from './reconcile.ts';

/** Batches that one account keeps apart; later usage joins the newest, so that the document stays small. */
const MOST_BATCHES = 50;

/** The body of an outbox row of usage that was sent at least once. */
export interface SentUsage extends UsageEvent {
  batchId: string;
  firstSentAt: Millis;
}

/** A row of usage: fresh, or sent before. */
export function isSent(usage: UsageEvent | SentUsage): usage is SentUsage {
  return 'batchId' in usage;
}

function changeBatch(account: Account, id: string, change: (batch: UsageBatch) => UsageBatch): Account {
  const batches = account.metered.batches
    .map((batch) => (batch.id === id ? change(batch) : batch))
    .filter((batch) => batch.tokens > 0 || batch.unanswered > 0);
  return { ...account, metered: { ...account.metered, batches } };
}

/** Longer than any flusher can be stalled with rows in its hands. */
const SENDING_KEPT: Millis = DAY;

/** The dedupe key of an event that is under way: a flusher whose lease ran out may hold its row as well. */
export function sendingKey(event: UsageEvent): string {
  return `sending:${event.eventId}`;
}

/**
 * Notes, before Dodo is asked to take them, that these fresh events are now under way: from here on a deduction may
 * be theirs. Each row is replaced by one that names its batch, leased until `leaseUntil`.
 * @param seen which of the events' `sendingKey`s the account has seen: those are under way already
 * @param batchId of a new batch
 */
export function decideSending(
  account: Account,
  fresh: readonly UsageEvent[],
  seen: ReadonlySet<string>,
  batchId: string,
  leaseUntil: Millis,
  now: Millis,
): Decision<SentUsage[]> {
  const events = fresh.filter((event) => !seen.has(sendingKey(event)));
  if (events.length === 0) return { account: null, reply: [] };
  const { metered } = account;
  const total = sum(events);
  const last = metered.batches.length < MOST_BATCHES ? undefined : metered.batches.at(-1);
  const batch: UsageBatch = {
    id: last?.id ?? batchId,
    tokens: (last?.tokens ?? 0) + total,
    unanswered: (last?.unanswered ?? 0) + total,
    acceptedAt: last?.acceptedAt ?? null,
    isAlerted: last?.isAlerted ?? false,
  };
  const sent = events.map((event): SentUsage => ({ ...event, batchId: batch.id, firstSentAt: now }));
  return {
    account: {
      ...account,
      metered: {
        waiting: Math.max(0, metered.waiting - total),
        batches: [...metered.batches.filter((other) => other !== last), batch],
      },
    },
    reply: sent,
    seen: events.map((event) => ({ key: sendingKey(event), expiresAt: now + SENDING_KEPT })),
    removeRows: events.map((event) => `usage:${event.eventId}`),
    rows: sent.map((event) => ({
      id: sentRowId(event),
      topic: 'usage',
      accountId: account.id,
      dueAt: leaseUntil,
      body: event,
    })),
  };
}

/** Dodo has taken these events: their rows go, and a deduction is expected. */
export function decideAccepted(account: Account, events: readonly SentUsage[], now: Millis): Decision<void> {
  let after = account;
  for (const event of events) {
    after = changeBatch(after, event.batchId, (batch) => ({
      ...batch,
      unanswered: Math.max(0, batch.unanswered - event.tokens),
      acceptedAt: now,
    }));
  }
  const isOpen = after.metered.batches.length > 0;
  const checked = isOpen
    ? requestReconcile(after, 'unsettled', now + DEDUCTION_PATIENCE + MINUTE, now)
    : { account: after, rows: [] };
  return { account: checked.account, reply: undefined, rows: checked.rows, removeRows: events.map(sentRowId) };
}

/** Dodo will not take this event as it is: its tokens wait again, and no deduction is expected for them. */
export function decideRefused(account: Account, event: SentUsage): Decision<void> {
  let returned = 0;
  const after = changeBatch(account, event.batchId, (batch) => {
    returned = Math.min(event.tokens, batch.tokens);
    return {
      ...batch,
      tokens: batch.tokens - returned,
      unanswered: Math.max(0, batch.unanswered - event.tokens),
    };
  });
  return {
    account: { ...after, metered: { ...after.metered, waiting: after.metered.waiting + returned } },
    reply: undefined,
  };
}

/** The id of the row of an event that was sent. */
export function sentRowId(event: SentUsage): string {
  return `usage:${event.eventId}:sent`;
}

function sum(events: readonly UsageEvent[]): number {
  return events.reduce((total, event) => total + event.tokens, 0);
}

/**
 * An operator sends a refused event once more, the other way round than `decideRefused`: its tokens are under way
 * again, and its row is due.
 */
export function decideReplayed(account: Account, event: SentUsage, now: Millis): Decision<void> {
  const { waiting, batches } = account.metered;
  const known = batches.find((batch) => batch.id === event.batchId);
  const batch: UsageBatch = known ?? {
    id: event.batchId,
    tokens: 0,
    unanswered: 0,
    acceptedAt: null,
    isAlerted: false,
  };
  const grown = { ...batch, tokens: batch.tokens + event.tokens, unanswered: batch.unanswered + event.tokens };
  return {
    account: {
      ...account,
      metered: {
        waiting: Math.max(0, waiting - event.tokens),
        batches: known === undefined ? [...batches, grown] : batches.map((other) => (other === known ? grown : other)),
      },
    },
    reply: undefined,
    rows: [{ id: sentRowId(event), topic: 'usage', accountId: account.id, dueAt: now, body: event }],
  };
}

/** An operator gives a refused event up: its tokens are the operator's loss. */
export function decideForgotten(account: Account, event: SentUsage, now: Millis): Decision<void> {
  const { metered } = account;
  const writtenOff = Math.min(event.tokens, metered.waiting);
  return {
    account: { ...account, metered: { ...metered, waiting: metered.waiting - writtenOff } },
    reply: undefined,
    records: [
      {
        kind: 'audit',
        id: `usage:${event.eventId}:forgotten`,
        at: now,
        body: { what: 'usage_forgotten', accountId: account.id, askId: event.eventId, writtenOff },
      },
    ],
    counts: [{ name: 'tokens_written_off', by: writtenOff }],
  };
}
