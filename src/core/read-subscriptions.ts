import type { Moment, Rules } from './account/rules.ts';
import { decideLookedUp, decideSubscription, hasEnded } from './account/subscription.ts';
import type { Billing } from './billing.ts';
import type { Wallets } from './wallets.ts';

/** Reads an account's subscriptions from Dodo and takes them over, those that no webhook told of too. Throws BillingError. */
export type ReadSubscriptions = (accountId: string) => Promise<void>;

/** Of one account: more than one that runs is a mistake already, which is mended on the way. */
const MOST_SUBSCRIPTIONS = 5;

export function createReadSubscriptions(deps: {
  wallets: Wallets;
  billing: Pick<Billing, 'subscription' | 'subscriptionsOf'>;
  rules: Rules;
  moment(): Moment;
}): ReadSubscriptions {
  const { wallets, billing, rules } = deps;

  async function take(accountId: string, subscriptionId: string): Promise<void> {
    // What is read is as new as the moment before the question.
    const at = deps.moment().dodoNow;
    const subscription = await billing.subscription(subscriptionId);
    await wallets.run(accountId, [], (account) => {
      if (account === null || account.customerId !== subscription.customerId)
        return { account: null, reply: undefined };
      const isKnown = account.subscriptions.some(({ id }) => id === subscription.id);
      return isKnown
        ? decideLookedUp(account, subscription, rules, deps.moment())
        : decideSubscription(account, { at, subscription }, rules, deps.moment());
    });
  }

  return async (accountId) => {
    const account = await wallets.read(accountId);
    if (account === null || account.customerId === null) return;
    const running = new Set(account.subscriptions.filter((known) => !hasEnded(known)).map(({ id }) => id));
    const listed = await billing.subscriptionsOf(account.customerId);
    const wanted = listed.filter((told) => !hasEnded(told) || running.has(told.id));
    for (const { id } of wanted.slice(0, MOST_SUBSCRIPTIONS)) await take(accountId, id);
  };
}
