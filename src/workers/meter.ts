import type { Account } from '../core/account/account.ts';
import type { Decision } from '../core/account/decision.ts';
import {
  decideAccepted,
  decideRefused,
  decideSending,
  isSent,
  type SentUsage,
  sendingKey,
  sentRowId,
} from '../core/account/usage.ts';
import { type Billing, BillingError, type UsageEvent } from '../core/dodo/billing.ts';
import type { Row } from '../core/store.ts';
import { HOUR, MINUTE, type Millis, SECOND } from '../core/time.ts';
import type { Wallets } from '../core/wallets/wallets.ts';
import { createLoop, type Loop } from './loop.ts';
import { backOff, type RowWorkerDeps } from './row-worker.ts';
import { sendHalving } from './send-halving.ts';

/** Dodo takes this many events at once (docs.dodopayments.com, event ingestion). */
const MOST_EVENTS = 1_000;

const LEASE: Millis = 2 * MINUTE;
const LONGEST_PAUSE: Millis = 5 * MINUTE;

/** An attempt whose answer never came may have worked; after this Dodo is asked before the event is sent again. */
const ASK_FIRST_AFTER: Millis = HOUR;

export interface MeterDeps extends RowWorkerDeps {
  wallets: Wallets;
  billing: Pick<Billing, 'ingest' | 'hasEvent'>;
  /** For how long usage gathers; rows become due that long after they are written. */
  gatherMs: Millis;
  newBatchId(): string;
  /** Who we are among the processes that could flush. */
  owner: string;
}

export interface Meter extends Loop {
  /** Sends what is due, with what gathers behind it. @returns how many events Dodo took */
  runDue(): Promise<number>;
}

interface Sendable {
  row: Pick<Row, 'id' | 'attempts'>;
  event: SentUsage;
  accountId: string;
}

/** Sends usage to Dodo's meter, many accounts at a time; one flusher in the fleet. */
export function createMeter(deps: MeterDeps): Meter {
  const { store, clock, wallets, billing } = deps;

  async function waiting(): Promise<number> {
    return (await store.depths()).find((depth) => depth.topic === 'usage')?.waiting ?? 0;
  }

  async function claim(): Promise<Row[]> {
    const now = clock();
    const [first] = await store.claim({ topic: 'usage', limit: 1, leaseMs: LEASE, now });
    if (first === undefined) {
      if ((await waiting()) < MOST_EVENTS) return [];
    }
    const rest = await store.claim({
      topic: 'usage',
      limit: MOST_EVENTS - (first === undefined ? 0 : 1),
      leaseMs: LEASE,
      now: now + deps.gatherMs,
    });
    return first === undefined ? rest : [first, ...rest];
  }

  /** Marks fresh events as under way, account by account, before any is sent. */
  async function markSending(rows: readonly Row[]): Promise<Sendable[]> {
    const batchId = deps.newBatchId();
    const fresh = new Map<string, UsageEvent[]>();
    const sendable: Sendable[] = [];
    for (const row of rows) {
      const usage = row.body as UsageEvent | SentUsage;
      const accountId = row.accountId ?? '';
      if (isSent(usage)) sendable.push({ row, event: usage, accountId });
      else fresh.set(accountId, [...(fresh.get(accountId) ?? []), usage]);
    }
    const marked = await Promise.all(
      [...fresh].map(async ([accountId, events]) => {
        const sent = await onAccount(accountId, events.map(sendingKey), (account, seen) =>
          decideSending(account, events, seen, batchId, clock() + LEASE, clock()),
        );
        return sent.map((event) => ({ row: { id: sentRowId(event), attempts: 0 }, event, accountId }));
      }),
    );
    return [...sendable, ...marked.flat()];
  }

  function onAccount<Reply>(
    accountId: string,
    keys: readonly string[],
    decide: (account: Account, seen: ReadonlySet<string>) => Decision<Reply>,
  ): Promise<Reply> {
    return wallets.run(accountId, keys, (account, seen) => {
      if (account === null) throw new Error(`expected account ${accountId} of a usage event, found none`);
      return decide(account, seen);
    });
  }

  async function accept(items: readonly Sendable[]): Promise<void> {
    const byAccount = Map.groupBy(items, (item) => item.accountId);
    await Promise.all(
      [...byAccount].map(([accountId, own]) =>
        onAccount(accountId, [], (account) =>
          decideAccepted(
            account,
            own.map((item) => item.event),
            clock(),
          ),
        ),
      ),
    );
    deps.metrics.count('usage_accepted', items.length);
  }

  async function refuse(item: Sendable, why: string): Promise<void> {
    deps.metrics.count('dead_letters');
    deps.log.error({ askId: item.event.eventId, why }, 'Dodo refuses a usage event; it is a dead letter');
    await store.bury(item.row, why, clock());
    await onAccount(item.accountId, [], (account) => decideRefused(account, item.event));
  }

  async function postpone(items: readonly Sendable[], why: string, fault: BillingError | null): Promise<void> {
    await Promise.all(
      items.map(({ row }) =>
        store.retry(row, clock() + (fault?.retryAfterMs ?? backOff(row.attempts, LONGEST_PAUSE)), why),
      ),
    );
  }

  /** Old events whose answer never came: those that Dodo has are accepted, the others are sent again. */
  async function alreadyThere(items: readonly Sendable[]): Promise<Set<Sendable>> {
    const there = new Set<Sendable>();
    for (const item of items) {
      if (clock() - item.event.firstSentAt <= ASK_FIRST_AFTER) continue;
      if (await billing.hasEvent(item.event.eventId)) there.add(item);
    }
    return there;
  }

  async function runDue(): Promise<number> {
    if ((await waiting()) === 0) return 0;
    if (!(await store.lease('meter', deps.owner, 30 * SECOND, clock()))) return 0;
    const items = await markSending(await claim());
    if (items.length === 0) return 0;
    try {
      const there = await alreadyThere(items);
      const result = await sendHalving(
        items.filter((item) => !there.has(item)),
        (part) => billing.ingest(part.map((item) => item.event)),
      );
      const accepted = [...there, ...result.accepted];
      await accept(accepted);
      for (const { item, why } of result.refused) await refuse(item, why);
      await postpone(result.waiting, result.fault?.message ?? 'not sent yet', result.fault);
      return accepted.length;
    } catch (error) {
      if (!(error instanceof BillingError)) throw error;
      await postpone(items, error.message, error);
      return 0;
    }
  }

  return { runDue, ...createLoop('meter', async () => (await runDue()) >= MOST_EVENTS, deps.log) };
}
