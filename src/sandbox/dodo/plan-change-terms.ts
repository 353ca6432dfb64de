import type { Product, SubscriptionChangePlanParams } from 'dodopayments/resources';
import { DodoApiError } from './errors.ts';
import type { SubscriptionRecord } from './model.ts';
import { basePrice, findProduct } from './products.ts';
import { isRunning } from './subscription-state.ts';
import type { World } from './world.ts';

/** What a change of plan comes to at this moment. */
export interface PlanChangeTerms {
  product: Product;
  /** What part of the billing period is still to come, 0 to 1. */
  left: number;
  /** Charged when it takes effect at once. */
  cents: number;
}

/**
 * Looks at a change of plan without making it. `full_immediately` bills the new price, the other modes the difference:
 * whole, for the rest of the cycle, or not at all.
 * @throws DodoApiError when it is refused: https://docs.dodopayments.com/api-reference/error-codes
 */
export function planChangeTerms(
  world: World,
  record: SubscriptionRecord,
  params: SubscriptionChangePlanParams,
): PlanChangeTerms {
  refuse(world, record, params);
  const product = findProduct(world, params.product_id);
  const left = cycleLeft(world, record);
  const newCents = basePrice(product.price) * params.quantity;
  const difference = Math.max(0, newCents - record.resource.recurring_pre_tax_amount);
  const cents = {
    full_immediately: newCents,
    difference_immediately: difference,
    prorated_immediately: Math.round(difference * left),
    do_not_bill: 0,
  }[params.proration_billing_mode];
  return { product, left, cents };
}

function refuse(world: World, record: SubscriptionRecord, params: SubscriptionChangePlanParams): void {
  const { resource } = record;
  if (!world.switches.planChanges) {
    throw new DodoApiError(422, 'UNSUPPORTED_ACTION', 'Changing plans for usage based subscriptions is not supported');
  }
  if (!isRunning(resource)) {
    throw new DodoApiError(
      422,
      'INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED',
      `Subscription ${resource.subscription_id} is ${resource.status}`,
    );
  }
  if (resource.cancel_at_next_billing_date) {
    throw new DodoApiError(
      422,
      'PLAN_CHANGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION',
      'The subscription is to be cancelled at the next billing date',
    );
  }
  if (record.pendingChange !== null) {
    throw new DodoApiError(409, 'PENDING_PLAN_CHANGE_EXISTS', 'A plan change waits for its payment');
  }
  if (resource.scheduled_change && !params.cancel_scheduled_change_plan) {
    throw new DodoApiError(409, 'SCHEDULED_PLAN_CHANGE_EXISTS', 'A plan change is scheduled already');
  }
  if (params.quantity !== 1) {
    throw new DodoApiError(422, 'INVALID_QUANTITY', 'A usage based subscription takes the quantity 1');
  }
  if (params.effective_at === 'next_billing_date' && params.proration_billing_mode !== 'full_immediately') {
    throw new DodoApiError(
      422,
      'INVALID_PRORATION_MODE_WITH_NEXT_BILLING_DATE',
      'next_billing_date takes full_immediately alone',
    );
  }
}

function cycleLeft(world: World, { resource }: SubscriptionRecord): number {
  const start = Date.parse(resource.previous_billing_date);
  const end = Date.parse(resource.next_billing_date);
  return Math.min(1, Math.max(0, (end - world.clock.now()) / (end - start)));
}
