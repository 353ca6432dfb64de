import type DodoPayments from 'dodopayments';
import type { Subscription } from '../../core/billing.ts';
import type { Calls } from './calls.ts';
import { subscriptionShape } from './events/subscription.ts';

/** @returns the subscription as it is now @throws BillingError */
export async function subscription(
  port: { client: DodoPayments; calls: Calls; entitlementId: string },
  subscriptionId: string,
): Promise<Subscription> {
  return port.calls.read({
    name: 'read a subscription',
    share: 'reconcile',
    answer: subscriptionShape(port.entitlementId),
    send: () => port.client.subscriptions.retrieve(subscriptionId),
  });
}
