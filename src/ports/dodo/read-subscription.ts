import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import type { CallShare, Subscription } from '../../core/dodo/billing.ts';
import type { Calls } from './calls.ts';
import { subscriptionShape } from './events/subscription.ts';
import { readFirstPage } from './pages.ts';
import { id } from './shapes.ts';

/** @returns the subscription as it is now @throws BillingError */
export async function subscription(
  port: { client: DodoPayments; calls: Calls; entitlementId: string },
  subscriptionId: string,
  share: CallShare,
): Promise<Subscription> {
  return port.calls.read({
    name: 'read a subscription',
    share,
    answer: subscriptionShape(port.entitlementId),
    send: () => port.client.subscriptions.retrieve(subscriptionId),
  });
}

/** @returns the customer's subscriptions, at most 100 @throws BillingError */
export function subscriptionsOf(
  port: { client: DodoPayments; calls: Calls },
  customerId: string,
): Promise<{ id: string; status: string }[]> {
  return readFirstPage(port.calls, {
    name: 'list the subscriptions',
    share: 'reconcile',
    item: z
      .object({ subscription_id: id, status: id })
      .transform((told) => ({ id: told.subscription_id, status: told.status })),
    send: (page) => port.client.subscriptions.list({ customer_id: customerId, ...page }),
  });
}
