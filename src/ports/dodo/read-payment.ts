import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import type { Billing } from '../../core/dodo/billing.ts';
import type { Calls } from './calls.ts';
import { paymentShape } from './events/payment.ts';
import { instant, metadata } from './shapes.ts';

/** @returns the payment as it is now @throws BillingError */
export async function payment(
  port: { client: DodoPayments; calls: Calls },
  paymentId: string,
): ReturnType<Billing['payment']> {
  const found = await port.calls.read({
    name: 'read a payment',
    share: 'usage',
    answer: z.intersection(
      paymentShape('payment.unknown').transform((told) => ({ payment: told })),
      z.object({ created_at: instant, metadata }),
    ),
    send: () => port.client.payments.retrieve(paymentId),
  });
  return { payment: found.payment, createdAt: found.created_at, metadata: found.metadata };
}
