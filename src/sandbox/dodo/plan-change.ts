import type {
  Payment,
  SubscriptionChangePlanParams,
  SubscriptionPreviewChangePlanResponse,
} from 'dodopayments/resources';
import { formatAmount, parseAmount } from './amount.ts';
import { addInterval, isoTime } from './clock.ts';
import { notFound } from './errors.ts';
import { grantAttached } from './grants.ts';
import type { SubscriptionRecord } from './model.ts';
import { makePayment } from './payments.ts';
import { planChangeTerms } from './plan-change-terms.ts';
import { basePrice, findProduct } from './products.ts';
import { emitSubscription, holdSubscription, subscriptionView } from './subscription-state.ts';
import { grantCycle, overagePrices, planFields, subscriptionSource } from './subscriptions.ts';
import type { World } from './world.ts';

/**
 * Changes the plan now or at the next billing date. At once, `full_immediately` starts a cycle with its credits; the
 * other modes keep the cycle and grant what the new plan has more, for the rest of the cycle when the attachment
 * prorates. Where the card is declined and `on_payment_failure` is `prevent_change`, the change waits for its payment.
 * @returns the payment, or undefined when nothing was billed
 * @throws DodoApiError when it is refused
 */
export function changePlan(
  world: World,
  record: SubscriptionRecord,
  params: SubscriptionChangePlanParams,
): Payment | undefined {
  const { resource } = record;
  const { product, left, cents } = planChangeTerms(world, record, params);
  resource.scheduled_change = null;
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
  if (params.metadata) resource.metadata = params.metadata;
  const declined = world.switches.declinePlanChanges;
  const payment = cents === 0 ? undefined : payChange(world, record, cents, !declined);
  if (payment?.status === 'failed' && params.on_payment_failure === 'prevent_change') {
    record.pendingChange = params;
    return payment;
  }
  putIntoEffect(world, record, params, left);
  if (payment?.status === 'failed') holdSubscription(world, record);
  return payment;
}

/** The card of a change that waits for its payment is charged again, successfully. Throws DodoApiError without one. */
export function payPendingChange(world: World, record: SubscriptionRecord): Payment {
  const params = record.pendingChange;
  if (params === null) throw notFound('Pending plan change of', record.resource.subscription_id);
  record.pendingChange = null;
  const { cents, left } = planChangeTerms(world, record, params);
  const payment = payChange(world, record, cents, true);
  putIntoEffect(world, record, params, left);
  return payment;
}

function putIntoEffect(
  world: World,
  record: SubscriptionRecord,
  params: SubscriptionChangePlanParams,
  left: number,
): void {
  const before = new Map(
    record.resource.credit_entitlement_cart.map((item) => [
      item.credit_entitlement_id,
      parseAmount(item.credits_amount),
    ]),
  );
  swapPlan(record, world, params.product_id, params.quantity);
  emitSubscription(world, 'subscription.plan_changed', record);
  if (params.proration_billing_mode === 'full_immediately') restartCycle(world, record);
  else grantDifference(world, record, before, left);
  emitSubscription(world, 'subscription.updated', record);
}

/** What the API shows of a change that is not made. */
export function previewPlanChange(
  world: World,
  record: SubscriptionRecord,
  params: SubscriptionChangePlanParams,
): SubscriptionPreviewChangePlanResponse {
  const { product, left, cents } = planChangeTerms(world, record, params);
  const shown = subscriptionView(world, record);
  const isLater = params.effective_at === 'next_billing_date';
  const price = basePrice(product.price);
  return {
    immediate_charge: {
      effective_at: isLater ? shown.next_billing_date : isoTime(world.clock.now()),
      line_items: [
        {
          type: 'subscription',
          id: world.newId('li'),
          product_id: product.product_id,
          name: product.name ?? null,
          description: product.description ?? null,
          unit_price: price,
          quantity: params.quantity,
          proration_factor: params.proration_billing_mode === 'prorated_immediately' ? left : 1,
          currency: shown.currency,
          tax_inclusive: shown.tax_inclusive,
          tax: 0,
          tax_rate: 0,
        },
      ],
      summary: {
        total_amount: isLater ? 0 : cents,
        tax: 0,
        currency: shown.currency,
        settlement_amount: isLater ? 0 : cents,
        settlement_tax: 0,
        settlement_currency: shown.currency,
        customer_credits: 0,
      },
    },
    new_plan: { ...shown, quantity: params.quantity, ...planFields(product, params.quantity, new Map()) },
  };
}

/** Puts a plan change that waited for the billing date into effect. */
export function applyScheduledPlan(world: World, record: SubscriptionRecord): void {
  const change = record.resource.scheduled_change;
  if (!change) return;
  record.resource.scheduled_change = null;
  swapPlan(record, world, change.product_id, change.quantity);
  emitSubscription(world, 'subscription.plan_changed', record);
}

function payChange(world: World, { resource }: SubscriptionRecord, cents: number, succeeded: boolean): Payment {
  return makePayment(world, {
    customerId: resource.customer.customer_id,
    amountCents: cents,
    currency: resource.currency,
    metadata: resource.metadata,
    succeeded,
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
