import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import type { Billing, BillingEvent, CallShare } from '../../core/dodo/billing.ts';
import type { Calls } from './calls.ts';
import type { DodoClock } from './dodo-clock.ts';
import { paymentShape } from './events/payment.ts';
import { subscriptionShape } from './events/subscription.ts';
import { readFirstPage } from './pages.ts';
import { id, instant, metadata, optionalText } from './shapes.ts';

interface PaymentsPort {
  client: DodoPayments;
  calls: Calls;
  dodoClock: DodoClock;
  entitlementId: string;
}

/** @returns what was paid in a checkout session, or tried to; null: nothing yet @throws BillingError */
export async function sessionPayment(port: PaymentsPort, sessionId: string): ReturnType<Billing['sessionPayment']> {
  const session = await port.calls.read({
    name: 'read a checkout',
    share: 'member',
    answer: z.object({ payment_id: optionalText, payment_status: optionalText }),
    send: () => port.client.checkoutSessions.retrieve(sessionId),
  });
  return session.payment_id === null ? null : { paymentId: session.payment_id, status: session.payment_status };
}

/** @returns the ids of the customer's newest payments that succeeded, at most 100 @throws BillingError */
export async function succeededPayments(port: PaymentsPort, customerId: string): Promise<string[]> {
  const payments = await readFirstPage(port.calls, {
    name: 'list the payments',
    share: 'reconcile',
    item: z.object({ payment_id: id }).transform((told) => ({ id: told.payment_id })),
    send: (page) => port.client.payments.list({ customer_id: customerId, status: 'succeeded', ...page }),
  });
  return payments.map((payment) => payment.id);
}

/**
 * A payment as it is now, in the form of its webhook, dated when it was made; before it the subscription that it is for, since a payment of a
 * subscription names no product.
 * @throws BillingError
 */
export async function paymentAsEvents(
  port: PaymentsPort,
  paymentId: string,
  share: CallShare,
): Promise<BillingEvent[]> {
  const found = await port.calls.read({
    name: 'read a payment',
    share,
    answer: z.intersection(
      paymentShape('payment.unknown').transform((payment) => ({ payment })),
      z.object({ business_id: id, metadata, created_at: instant }),
    ),
    send: () => port.client.payments.retrieve(paymentId),
  });
  const { payment, business_id: businessId, created_at: at } = found;
  const type = `payment.${payment.status}`;
  const told: BillingEvent = { kind: 'payment', type, at, businessId, metadata: found.metadata, payment };
  if (payment.subscriptionId === null) return [told];
  return [await subscriptionAsEvent(port, payment.subscriptionId, payment.status, businessId, share), told];
}

/** A subscription that was paid is told as such, whatever became of it since. */
async function subscriptionAsEvent(
  port: PaymentsPort,
  subscriptionId: string,
  paymentStatus: string,
  businessId: string,
  share: CallShare,
): Promise<BillingEvent> {
  const type = paymentStatus === 'succeeded' ? 'subscription.renewed' : 'subscription.updated';
  // What is read is as new as the moment before the question.
  const at = port.dodoClock.now();
  const found = await port.calls.read({
    name: 'read a subscription',
    share,
    answer: z.intersection(
      subscriptionShape(port.entitlementId).transform((subscription) => ({ subscription })),
      z.object({ metadata }),
    ),
    send: () => port.client.subscriptions.retrieve(subscriptionId),
  });
  return { kind: 'subscription', type, at, businessId, ...found };
}
