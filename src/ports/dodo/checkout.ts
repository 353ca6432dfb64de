import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import type { CheckoutRequest, CheckoutSession } from '../../core/dodo/billing.ts';
import type { Millis } from '../../core/time.ts';
import type { Calls } from './calls.ts';
import { id, instant } from './shapes.ts';

interface CheckoutPort {
  client: DodoPayments;
  calls: Calls;
}

const session = z
  .object({ session_id: id, checkout_url: z.url({ protocol: /^https?$/ }) })
  .transform((told): CheckoutSession => ({ id: told.session_id, url: told.checkout_url }));

/**
 * Makes a hosted checkout, valid for 24 hours (https://docs.dodopayments.com/developer-resources/checkout-session).
 * Dodo joins buyers by their e-mail: without a customer of ours, a new one is asked for, or a stranger's wallet would
 * be paid into and taken over. Not repeated by itself: a second attempt makes a second session.
 * @throws BillingError
 */
export function createCheckout(port: CheckoutPort, request: CheckoutRequest): Promise<CheckoutSession> {
  const buyer =
    request.customerId === null
      ? { feature_flags: { always_create_new_customer: true }, ...(request.buyer && { customer: request.buyer }) }
      : { customer: { customer_id: request.customerId } };
  return port.calls.once({
    name: 'create a checkout',
    share: 'member',
    answer: session,
    send: () =>
      port.client.checkoutSessions.create({
        product_cart: [{ product_id: request.productId, quantity: request.quantity }],
        metadata: request.metadata,
        return_url: request.returnUrl,
        ...buyer,
      }),
  });
}

/** @returns when the session was made, on Dodo's clock @throws BillingError */
export async function sessionCreatedAt(port: CheckoutPort, sessionId: string): Promise<Millis> {
  const found = await port.calls.read({
    name: 'read a checkout',
    share: 'member',
    answer: z.object({ created_at: instant }),
    send: () => port.client.checkoutSessions.retrieve(sessionId),
  });
  return found.created_at;
}
