import { z } from 'zod';
import type { Dispute } from '../../../core/dodo/billing.ts';
import { id } from '../shapes.ts';

/** Dodo types a dispute's amount as a text and names no unit: only a plain integer is taken for the smallest unit. */
const INTEGER = /^[1-9]\d{0,14}$/;

/**
 * A dispute, as webhooks carry it (https://docs.dodopayments.com/developer-resources/webhooks/intents/dispute).
 * Depending on the document it has its customer or not.
 */
export const disputeShape = z
  .object({
    dispute_id: id,
    payment_id: id,
    dispute_status: id,
    amount: z.unknown(),
    customer: z.object({ customer_id: id }).nullish(),
  })
  .transform(
    (told): Dispute => ({
      id: told.dispute_id,
      paymentId: told.payment_id,
      customerId: told.customer?.customer_id ?? null,
      status: told.dispute_status.replace(/^dispute_/, ''),
      amountCents: INTEGER.test(String(told.amount)) ? Number(told.amount) : null,
    }),
  );
