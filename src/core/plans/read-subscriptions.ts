import { hasEnded } from '../account/subscription.ts';
import type { Billing } from '../dodo/billing.ts';
import { createReadSubscription, type ReadSubscriptionDeps } from './read-subscription.ts';

/** Reads an account's subscriptions from Dodo and takes them over, those that no webhook told of too. Throws BillingError. */
export type ReadSubscriptions = (accountId: string) => Promise<void>;

/** Of one account: more than one that runs is a mistake already, which is mended on the way. */
const MOST_SUBSCRIPTIONS = 5;

export function createReadSubscriptions(
  deps: ReadSubscriptionDeps & { billing: Pick<Billing, 'subscriptionsOf'> },
): ReadSubscriptions {
  const { wallets, billing } = deps;
  const take = createReadSubscription(deps);
  return async (accountId) => {
    const account = await wallets.read(accountId);
    if (account === null || account.customerId === null) return;
    const running = new Set(account.subscriptions.filter((known) => !hasEnded(known)).map(({ id }) => id));
    const listed = await billing.subscriptionsOf(account.customerId);
    const wanted = listed.filter((told) => !hasEnded(told) || running.has(told.id));
    for (const { id } of wanted.slice(0, MOST_SUBSCRIPTIONS)) await take(accountId, id);
  };
}
