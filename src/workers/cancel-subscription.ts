import type { CancelSubscriptionBody } from '../core/account/subscription.ts';
import type { Billing } from '../core/dodo/billing.ts';
import { MINUTE } from '../core/time.ts';
import { createRowWorker, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

/** Ends second plans at Dodo. */
export function createCancelWorker(deps: RowWorkerDeps & { billing: Pick<Billing, 'cancelSubscription'> }): RowWorker {
  return createRowWorker(deps, {
    topic: 'cancel_subscription',
    limit: 4,
    leaseMs: MINUTE,
    async handle(row) {
      await deps.billing.cancelSubscription((row.body as CancelSubscriptionBody).subscriptionId);
      return { kind: 'done' };
    },
  });
}
