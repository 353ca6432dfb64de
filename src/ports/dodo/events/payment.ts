import { z } from 'zod';
import type { Payment } from '../../../core/dodo/billing.ts';
import { amount, id, optionalText } from '../shapes.ts';

/**
 * A payment, as webhooks carry it. Amounts are in the currency's smallest unit.
 * @param typeOfEvent such as `payment.failed`: Dodo may leave the status null, then the event's type tells it
 */
export function paymentShape(typeOfEvent: string) {
  return z
    .object({
      payment_id: id,
      customer: z.object({ customer_id: id }),
      status: optionalText,
      total_amount: amount,
      currency: id,
      subscription_id: optionalText,
      product_cart: z.array(z.object({ product_id: id, quantity: z.int().nonnegative() })).nullish(),
      error_message: optionalText,
      checkout_session_id: optionalText,
    })
    .transform(
      (told): Payment => ({
        id: told.payment_id,
        customerId: told.customer.customer_id,
        status: told.status ?? typeOfEvent.slice(typeOfEvent.indexOf('.') + 1),
        amountCents: told.total_amount,
        currency: told.currency,
        subscriptionId: told.subscription_id,
        products: (told.product_cart ?? []).map((item) => ({ productId: item.product_id, quantity: item.quantity })),
        errorMessage: told.error_message,
        sessionId: told.checkout_session_id,
      }),
    );
}
