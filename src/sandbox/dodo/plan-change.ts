import type { Payment, SubscriptionChangePlanParams } from 'dodopayments/resources';
import { formatAmount, parseAmount } from './amount.ts';
import { addInterval, isoTime } from './clock.ts';
import { DodoApiError } from './errors.ts';
import { grantAttached } from './grants.ts';
import type { SubscriptionRecord } from './model.ts';
import { makePayment } from './payments.ts';
import { basePrice, findProduct } from './products.ts';
import { emitSubscription, isRunning } from './subscription-state.ts';
import { grantCycle, overagePrices, planFields, subscriptionSource } from './subscriptions.ts';
import type { World } from './world.ts';

/**
 * Changes the plan now or at the next billing date.
 * `full_immediately` bills the new price and starts a cycle with its credits; the other modes keep the cycle, bill the
 * difference (whole, for the rest of the cycle, or not at all) and grant what the new plan has more, for the rest of
 * the cycle when the attachment prorates.
 * @returns the payment, or undefined when nothing was billed
 * @throws DodoApiError when the subscription is not active, a change is pending, or plan changes are switched off
 */
export function changePlan(
  world: World,
  record: SubscriptionRecord,
  params: SubscriptionChangePlanParams,
): Payment | undefined {
  const { resource } = record;
  refuseChange(world, record, params);
  const product = findProduct(world, params.product_id);
  if (params.effective_at === 'next_billing_date') {
    resource.scheduled_change = {
      id: world.newId('spc'),
      product_id: product.product_id,
      product_name: product.name ?? null,
      product_description: product.description ?? null,
      quantity: params.quantity,
      addons: [],
      created_at: isoTime(world.clock.now()),
      effective_at: resource.next_billing_date,
    };
    emitSubscription(world, 'subscription.updated', record);
    return undefined;
  }
  const left = cycleLeft(world, record);
  const newCents = basePrice(product.price) * params.quantity;
  const difference = Math.max(0, newCents - resource.recurring_pre_tax_amount);
  const cents = {
    full_immediately: newCents,
    difference_immediately: difference,
    prorated_immediately: Math.round(difference * left),
    do_not_bill: 0,
  }[params.proration_billing_mode];
  if (params.metadata) resource.metadata = params.metadata;
  const payment = cents === 0 ? undefined : payChange(world, record, cents);
  const before = new Map(
    resource.credit_entitlement_cart.map((item) => [item.credit_entitlement_id, parseAmount(item.credits_amount)]),
  );
  swapPlan(record, world, product.product_id, params.quantity);
  emitSubscription(world, 'subscription.plan_changed', record);
  if (params.proration_billing_mode === 'full_immediately') restartCycle(world, record);
  else grantDifference(world, record, before, left);
  emitSubscription(world, 'subscription.updated', record);
  return payment;
}

/** Puts a plan change that waited for the billing date into effect. */
export function applyScheduledPlan(world: World, record: SubscriptionRecord): void {
  const change = record.resource.scheduled_change;
  if (!change) return;
  record.resource.scheduled_change = null;
  swapPlan(record, world, change.product_id, change.quantity);
  emitSubscription(world, 'subscription.plan_changed', record);
}

function refuseChange(world: World, record: SubscriptionRecord, params: SubscriptionChangePlanParams): void {
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
  if (resource.scheduled_change && !params.cancel_scheduled_change_plan) {
    throw new DodoApiError(409, 'SCHEDULED_PLAN_CHANGE_EXISTS', 'A plan change is scheduled already');
  }
  if (params.quantity !== 1) {
    throw new DodoApiError(422, 'INVALID_QUANTITY', 'A usage based subscription takes the quantity 1');
  }
}

/** What part of the billing period is still to come, 0 to 1. */
function cycleLeft(world: World, { resource }: SubscriptionRecord): number {
  const start = Date.parse(resource.previous_billing_date);
  const end = Date.parse(resource.next_billing_date);
  return Math.min(1, Math.max(0, (end - world.clock.now()) / (end - start)));
}

function payChange(world: World, { resource }: SubscriptionRecord, cents: number): Payment {
  return makePayment(world, {
    customerId: resource.customer.customer_id,
    amountCents: cents,
    currency: resource.currency,
    metadata: resource.metadata,
    succeeded: true,
    sessionId: null,
    subscriptionId: resource.subscription_id,
    productCart: null,
    retryAttempt: 0,
  });
}

function swapPlan(record: SubscriptionRecord, world: World, productId: string, quantity: number): void {
  const product = findProduct(world, productId);
  Object.assign(record.resource, { quantity, scheduled_change: null, ...planFields(product, quantity, new Map()) });
  record.overagePrice = overagePrices(product);
}

function restartCycle(world: World, record: SubscriptionRecord): void {
  const { resource } = record;
  const now = world.clock.now();
  const next = addInterval(now, resource.payment_frequency_count, resource.payment_frequency_interval);
  resource.previous_billing_date = isoTime(now);
  resource.next_billing_date = isoTime(next);
  record.periods.push({ start: now, end: next, units: new Map() });
  grantCycle(world, record, false);
}

function grantDifference(
  world: World,
  record: SubscriptionRecord,
  before: ReadonlyMap<string, bigint>,
  left: number,
): void {
  const product = findProduct(world, record.resource.product_id);
  for (const attachment of product.credit_entitlements) {
    const id = attachment.credit_entitlement_id;
    const more = parseAmount(attachment.credits_amount) - (before.get(id) ?? 0n);
    if (more <= 0n) continue;
    const share =
      attachment.proration_behavior === 'prorate' ? (more * BigInt(Math.floor(left * 1_000_000))) / 1_000_000n : more;
    const precision = world.store.entitlements.get(id)?.resource.precision ?? 0;
    const whole = wholeCredits(share, precision);
    if (whole === 0n) continue;
    grantAttached(
      world,
      attachment,
      {
        customerId: record.resource.customer.customer_id,
        sourceType: 'subscription',
        creditsAmount: formatAmount(whole),
      },
      subscriptionSource(record, 'Credits granted from plan change'),
    );
  }
}

function wholeCredits(amount: bigint, precision: number): bigint {
  const step = parseAmount('1') / 10n ** BigInt(precision);
  return amount - (amount % step);
}
