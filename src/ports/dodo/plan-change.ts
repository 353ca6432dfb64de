import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import type { PlanChangeRequest, Price } from '../../core/dodo/billing.ts';
import type { Calls } from './calls.ts';
import { amount, id } from './shapes.ts';

interface PlanPort {
  client: DodoPayments;
  calls: Calls;
}

/** Has a subscription end at its next billing date, or takes that back. @throws BillingError */
export async function endAtPeriodEnd(port: PlanPort, subscriptionId: string, ends: boolean): Promise<void> {
  await port.calls.once({
    name: ends ? 'end a subscription at its next billing date' : 'let a subscription go on',
    share: 'member',
    answer: z.object({ subscription_id: id }),
    send: () => port.client.subscriptions.update(subscriptionId, { cancel_at_next_billing_date: ends }),
  });
}

/**
 * Now: the difference in price for the rest of the cycle, and nothing changes until it is paid; Dodo's own default
 * would hand the plan out before (https://docs.dodopayments.com/api-reference/subscriptions/change-plan).
 * At the next billing date: the only mode that Dodo's list of error codes allows there.
 */
function params({ productId, when }: PlanChangeRequest) {
  const wanted = { product_id: productId, quantity: 1, on_payment_failure: 'prevent_change' as const };
  return when === 'now'
    ? { ...wanted, proration_billing_mode: 'prorated_immediately' as const, effective_at: 'immediately' as const }
    : { ...wanted, proration_billing_mode: 'full_immediately' as const, effective_at: 'next_billing_date' as const };
}

const preview = z
  .object({
    immediate_charge: z.object({
      summary: z.object({ total_amount: amount, currency: z.string().regex(/^[A-Z]{3}$/) }),
    }),
  })
  .transform(
    ({ immediate_charge: { summary } }): Price => ({ amount: summary.total_amount, currency: summary.currency }),
  );

/** @returns what the change would be charged at this moment @throws BillingError */
export function previewPlanChange(port: PlanPort, change: PlanChangeRequest): Promise<Price> {
  return port.calls.read({
    name: 'preview a change of plan',
    share: 'member',
    answer: preview,
    send: () => port.client.subscriptions.previewChangePlan(change.subscriptionId, params(change)),
  });
}

/** One attempt: a second one could charge twice. @throws BillingError */
export async function changePlan(port: PlanPort, change: PlanChangeRequest): Promise<void> {
  await port.calls.once({
    name: 'change a plan',
    share: 'member',
    answer: z.unknown(),
    send: () => port.client.subscriptions.changePlan(change.subscriptionId, params(change)),
  });
}

/** @throws BillingError */
export async function dropScheduledChange(port: PlanPort, subscriptionId: string): Promise<void> {
  await port.calls.once({
    name: 'take back a change of plan',
    share: 'member',
    answer: z.unknown(),
    send: () => port.client.subscriptions.cancelChangePlan(subscriptionId),
  });
}
