import type { Moment, Rules } from '../core/account/rules.ts';
import { decideLookedUp, type LookUpSubscriptionBody } from '../core/account/subscription.ts';
import type { Billing } from '../core/billing.ts';
import { MINUTE } from '../core/time.ts';
import type { Wallets } from '../core/wallets.ts';
import { createRowWorker, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

export interface SubscriptionDeps extends RowWorkerDeps {
  wallets: Wallets;
  billing: Pick<Billing, 'subscription'>;
  rules: Rules;
  moment(): Moment;
}

/** Looks subscriptions up whose events contradicted each other. */
export function createSubscriptionWorker(deps: SubscriptionDeps): RowWorker {
  return createRowWorker(deps, {
    topic: 'subscription',
    limit: 4,
    leaseMs: MINUTE,
    async handle(row) {
      const { subscriptionId } = row.body as LookUpSubscriptionBody;
      const subscription = await deps.billing.subscription(subscriptionId);
      await deps.wallets.run(row.accountId ?? '', [], (account) =>
        account?.customerId === subscription.customerId
          ? decideLookedUp(account, subscription, deps.rules, deps.moment())
          : { account: null, reply: undefined },
      );
      return { kind: 'done' };
    },
  });
}
