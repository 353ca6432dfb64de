import type { Metadata, Product, Subscription } from 'dodopayments/resources';
import { parseAmount } from './amount.ts';
import { addDays, addInterval, isoTime } from './clock.ts';
import { findCustomer } from './customers.ts';
import { notFound, notModelled } from './errors.ts';
import { grantAttached } from './grants.ts';
import type { RowSource } from './ledger-row.ts';
import type { SubscriptionRecord } from './model.ts';
import { basePrice } from './products.ts';
import { customerDetails } from './subscription-state.ts';
import type { World } from './world.ts';

export interface NewSubscription {
  product: Product;
  customerId: string;
  quantity: number;
  metadata: Metadata;
  trialDays: number;
  /** Credits a cycle by entitlement, where the checkout session overrides the product's. */
  creditsOverride: ReadonlyMap<string, string>;
}

/** Books an active subscription; it grants nothing and announces nothing yet. */
export function openSubscription(world: World, params: NewSubscription): SubscriptionRecord {
  const { product } = params;
  const { price } = product;
  if (price.type === 'one_time_price') throw notModelled('A subscription to a one-time product');
  const now = world.clock.now();
  const customer = findCustomer(world, params.customerId);
  const next =
    params.trialDays > 0
      ? addDays(now, params.trialDays)
      : addInterval(now, price.payment_frequency_count, price.payment_frequency_interval);
  const ends = addInterval(now, price.subscription_period_count, price.subscription_period_interval);
  const resource: Subscription = {
    subscription_id: world.newId('sub'),
    brand_id: world.brandId,
    customer: customerDetails(world, customer.customer_id) ?? customer,
    billing: { country: 'US', city: null, state: null, street: null, zipcode: null },
    status: 'active',
    quantity: params.quantity,
    metadata: params.metadata,
    addons: [],
    on_demand: false,
    has_payment_method: true,
    payment_method_id: world.newId('pm'),
    trial_period_days: params.trialDays,
    trial_amount: null,
    cancel_at_next_billing_date: false,
    cancelled_at: null,
    paused_at: null,
    scheduled_change: null,
    discount_id: null,
    discounts: null,
    created_at: isoTime(now),
    previous_billing_date: isoTime(now),
    next_billing_date: isoTime(next),
    expires_at: isoTime(ends),
    ...planFields(product, params.quantity, params.creditsOverride),
  };
  const record: SubscriptionRecord = {
    resource,
    pendingChange: null,
    overagePrice: overagePrices(product),
    periods: [{ start: now, end: next, units: new Map() }],
  };
  world.store.addSubscription(record);
  return record;
}

/** What a subscription takes from its product; also used when the plan changes. */
export function planFields(product: Product, quantity: number, creditsOverride: ReadonlyMap<string, string>) {
  const { price } = product;
  if (price.type === 'one_time_price') throw notModelled('A subscription to a one-time product');
  const meters = price.type === 'usage_based_price' ? (price.meters ?? []) : [];
  return {
    product_id: product.product_id,
    currency: price.currency,
    recurring_pre_tax_amount: basePrice(price) * quantity,
    tax_inclusive: price.tax_inclusive ?? false,
    payment_frequency_count: price.payment_frequency_count,
    payment_frequency_interval: price.payment_frequency_interval,
    subscription_period_count: price.subscription_period_count,
    subscription_period_interval: price.subscription_period_interval,
    credit_entitlement_cart: product.credit_entitlements.map((item) => ({
      credit_entitlement_id: item.credit_entitlement_id,
      credit_entitlement_name: item.credit_entitlement_name,
      unit: item.credit_entitlement_unit,
      product_id: product.product_id,
      credits_amount: creditsOverride.get(item.credit_entitlement_id) ?? item.credits_amount,
      remaining_balance: '0',
      overage_balance: '0',
      overage_enabled: item.overage_enabled,
      overage_behavior: item.overage_behavior,
      overage_limit: item.overage_limit ?? null,
      expires_after_days: item.expires_after_days ?? null,
      low_balance_threshold_percent: item.low_balance_threshold_percent ?? null,
      rollover_enabled: item.rollover_enabled,
      rollover_percentage: item.rollover_percentage ?? null,
      rollover_timeframe_count: item.rollover_timeframe_count ?? null,
      rollover_timeframe_interval: item.rollover_timeframe_interval ?? null,
      max_rollover_count: item.max_rollover_count ?? null,
    })),
    meters: meters.map((meter) => ({
      meter_id: meter.meter_id,
      name: meter.name ?? '',
      description: meter.description ?? null,
      measurement_unit: meter.measurement_unit ?? '',
      currency: price.currency,
      free_threshold: meter.free_threshold ?? 0,
      price_per_unit: meter.price_per_unit ?? null,
    })),
    meter_credit_entitlement_cart: meters.flatMap((meter) =>
      meter.credit_entitlement_id
        ? [
            {
              meter_id: meter.meter_id,
              meter_name: meter.name ?? '',
              credit_entitlement_id: meter.credit_entitlement_id,
              meter_units_per_credit: meter.meter_units_per_credit ?? '1',
              product_id: product.product_id,
            },
          ]
        : [],
    ),
  };
}

/** Overage prices by entitlement, in 10^-10 currency units a credit. */
export function overagePrices(product: Product): Map<string, bigint> {
  return new Map(
    product.credit_entitlements.map((item) => [item.credit_entitlement_id, parseAmount(item.price_per_unit ?? '0')]),
  );
}

/** Grants the credits of one cycle, or of the trial. */
export function grantCycle(world: World, record: SubscriptionRecord, trial: boolean): void {
  const { resource } = record;
  const product = world.store.products.get(resource.product_id)?.resource;
  for (const cart of resource.credit_entitlement_cart) {
    const attachment = product?.credit_entitlements.find(
      (item) => item.credit_entitlement_id === cart.credit_entitlement_id,
    );
    if (attachment === undefined) continue;
    const current = {
      ...attachment,
      expires_after_days: cart.expires_after_days ?? null,
      rollover_enabled: cart.rollover_enabled,
    };
    const trialEnd =
      trial && attachment.trial_credits_expire_after_trial ? Date.parse(resource.next_billing_date) : null;
    grantAttached(
      world,
      current,
      {
        customerId: resource.customer.customer_id,
        sourceType: 'subscription',
        creditsAmount: trial ? (attachment.trial_credits ?? cart.credits_amount) : cart.credits_amount,
        ...(trialEnd === null ? {} : { expiresAt: trialEnd }),
      },
      subscriptionSource(record, 'Credits granted from subscription'),
    );
  }
}

export function subscriptionSource(record: SubscriptionRecord, description: string): RowSource {
  return {
    referenceType: 'subscription',
    referenceId: record.resource.subscription_id,
    metadata: record.resource.metadata,
    description,
  };
}

/** Throws DodoApiError 404. */
export function findSubscription(world: World, id: string): SubscriptionRecord {
  const record = world.store.subscriptions.get(id);
  if (record === undefined) throw notFound('Subscription', id);
  return record;
}
