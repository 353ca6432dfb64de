import { z } from 'zod';
import type { Refund } from '../../../core/dodo/billing.ts';
import { amount, id, optionalText } from '../shapes.ts';

/**
 * A refund, as webhooks carry it (https://docs.dodopayments.com/developer-resources/webhooks/intents/refund).
 * @param typeOfEvent such as `refund.succeeded`: tells the status where the body leaves it out
 */
export function refundShape(typeOfEvent: string) {
  return z
    .object({
      refund_id: id,
      payment_id: id,
      customer: z.object({ customer_id: id }),
      status: optionalText,
      amount,
    })
    .transform(
      (told): Refund => ({
        id: told.refund_id,
        paymentId: told.payment_id,
        customerId: told.customer.customer_id,
        status: told.status ?? typeOfEvent.slice(typeOfEvent.indexOf('.') + 1),
        amountCents: told.amount,
      }),
    );
}
