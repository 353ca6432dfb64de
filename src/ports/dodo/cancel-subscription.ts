import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import { BillingError } from '../../core/dodo/billing.ts';
import type { Calls } from './calls.ts';
import { id } from './shapes.ts';

const ENDED = new Set(['cancelled', 'expired', 'failed']);
const subscription = z.object({ subscription_id: id, status: id });

/**
 * Ends a subscription at once. One that has ended already is fine: what Dodo answers to that is not documented, so
 * after a refusal the subscription itself is asked.
 * @throws BillingError
 */
export async function cancelSubscription(
  port: { client: DodoPayments; calls: Calls },
  subscriptionId: string,
): Promise<void> {
  try {
    await port.calls.once({
      name: 'cancel a subscription',
      share: 'member',
      answer: subscription,
      send: () => port.client.subscriptions.update(subscriptionId, { status: 'cancelled' }),
    });
  } catch (error) {
    const refused = error instanceof BillingError && (error.fault === 'refused' || error.fault === 'conflict');
    if (!refused || error.status === 404 || !(await hasEnded())) throw error;
  }

  async function hasEnded(): Promise<boolean> {
    const { status } = await port.calls.read({
      name: 'read a subscription',
      share: 'member',
      answer: subscription,
      send: () => port.client.subscriptions.retrieve(subscriptionId),
    });
    return ENDED.has(status);
  }
}
