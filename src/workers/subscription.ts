import type { LookUpSubscriptionBody } from '../core/account/subscription.ts';
import type { ReadSubscription } from '../core/plans/read-subscription.ts';
import { MINUTE } from '../core/time.ts';
import { createRowWorker, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

/** Looks subscriptions up whose events contradicted each other, or that a member has changed. */
export function createSubscriptionWorker(deps: RowWorkerDeps & { readSubscription: ReadSubscription }): RowWorker {
  return createRowWorker(deps, {
    topic: 'subscription',
    limit: 4,
    leaseMs: MINUTE,
    async handle(row) {
      await deps.readSubscription(row.accountId ?? '', (row.body as LookUpSubscriptionBody).subscriptionId);
      return { kind: 'done' };
    },
  });
}
