import { type Billing, type BillingEvent, MalformedEvent } from '../core/dodo/billing.ts';
import { type ApplyEvent, waitingFor } from '../core/events/apply-event.ts';
import type { Secrets } from '../core/secrets.ts';
import type { NewRow, Row } from '../core/store.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../core/time.ts';
import type { Customers } from '../core/wallets/customers.ts';
import { createRowWorker, type RowOutcome, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

/** A webhook as it waits: the raw body, sealed. */
export interface InboxBody {
  sealed: string;
}

/** As many as share a transaction: claiming, applying and removing each wait for the disk once for all of them. */
const SIDE_BY_SIDE = 128;

/** For how long a webhook waits for its customer to be bound. */
const WAITS_FOR = 90 * DAY;

export interface InboxDeps extends RowWorkerDeps {
  billing: Pick<Billing, 'parseEvent' | 'now'>;
  secrets: Secrets;
  applyEvent: ApplyEvent;
  customers: Customers;
  /** Whether so many webhooks are arriving that applying them should wait. */
  isBurst(): boolean;
}

/** Applies verified webhooks, each once, in whatever order they came. */
export function createInboxWorker(deps: InboxDeps): RowWorker {
  const { store, clock, secrets, billing } = deps;

  async function keep(row: Row): Promise<void> {
    const kept = { id: `kept:${row.id}`, topic: 'kept', accountId: null, dueAt: clock(), body: row.body } as const;
    await store.put(kept, { key: kept.id, expiresAt: clock() + DAY }, clock());
  }

  async function handle(row: Row): Promise<RowOutcome> {
    let event: BillingEvent;
    try {
      event = billing.parseEvent(secrets.decrypt((row.body as InboxBody).sealed));
    } catch (error) {
      if (error instanceof MalformedEvent) return { kind: 'dead', why: error.message };
      throw error;
    }
    const outcome = await deps.applyEvent(event);
    if (outcome.kind === 'dead') return outcome;
    if (outcome.kind === 'waits') return wait(row, outcome.customerId);
    if (outcome.kind === 'applied' && event.kind !== 'ignored') {
      deps.metrics.observe('webhook_lag_seconds', { event: event.kind }, (billing.now() - event.at) / SECOND);
    }
    if (outcome.kind === 'ignored') {
      deps.metrics.count('webhooks_ignored');
      await keep(row);
    }
    return { kind: 'done' };
  }

  /** The row goes on under a name that the binding wakes; a binding that came between our look and this is seen after. */
  async function wait(row: Row, customerId: string): Promise<RowOutcome> {
    const name = waitingFor(customerId);
    const now = clock();
    if (row.waitsFor === name) {
      if (now - row.createdAt > WAITS_FOR) return { kind: 'dead', why: `${name} was not bound in 90 days` };
      const afterMs = row.attempts <= 10 ? 2_000 * row.attempts : Math.min(6 * HOUR, row.attempts * MINUTE);
      return { kind: 'retry', why: `waits for ${name}`, afterMs };
    }
    const waiting: NewRow = { ...row, id: `${row.id}:waiting`, dueAt: now + 2_000, waitsFor: name };
    await store.put(waiting, { key: waiting.id, expiresAt: now + WAITS_FOR }, now);
    if ((await deps.customers.ownerOf(customerId)).kind === 'account') await store.wake(name, now);
    return { kind: 'done' };
  }

  return createRowWorker(deps, {
    topic: 'inbox',
    limit: SIDE_BY_SIDE,
    leaseMs: MINUTE,
    handle,
    isHeldBack: deps.isBurst,
  });
}
