import type { Moment, Rules } from '../account/rules.ts';
import { decideLookedUp, decideSubscription, lookUpRow } from '../account/subscription.ts';
import type { Billing, CallShare } from '../dodo/billing.ts';
import type { Wallets } from '../wallets/wallets.ts';

/** Reads one subscription from Dodo and takes it over. Throws BillingError. @param share reconcile by default */
export type ReadSubscription = (accountId: string, subscriptionId: string, share?: CallShare) => Promise<void>;

export interface ReadSubscriptionDeps {
  wallets: Wallets;
  billing: Pick<Billing, 'subscription'>;
  rules: Rules;
  moment(): Moment;
}

export function createReadSubscription(deps: ReadSubscriptionDeps): ReadSubscription {
  const { wallets, billing, rules } = deps;
  return async (accountId, subscriptionId, share = 'reconcile') => {
    const before = (await wallets.read(accountId))?.subscriptions.find(({ id }) => id === subscriptionId);
    // What is read is as new as the moment before the question.
    const at = deps.moment().dodoNow;
    const subscription = await billing.subscription(subscriptionId, share);
    await wallets.run(accountId, [], (account) => {
      if (account === null || account.customerId !== subscription.customerId)
        return { account: null, reply: undefined };
      const moment = deps.moment();
      const known = account.subscriptions.find(({ id }) => id === subscription.id);
      if (known === undefined) return decideSubscription(account, { at, subscription }, rules, moment);
      // Which of the two is newer, what was read or an event that came meanwhile, is not known.
      if (known.eventAt !== before?.eventAt) {
        return { account, reply: undefined, rows: [lookUpRow(account, subscription.id, moment.now)] };
      }
      return decideLookedUp(account, subscription, rules, moment);
    });
  };
}
