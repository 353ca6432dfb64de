import type { Subscription, SubscriptionListResponse } from 'dodopayments/resources';
import { formatAmount } from './amount.ts';
import { figure } from './figures.ts';
import type { SubscriptionRecord } from './model.ts';
import type { World } from './world.ts';

/** A subscription grants and meters credits while it is active; a trial is active too. */
export function isRunning(subscription: Subscription): boolean {
  return subscription.status === 'active';
}

/** The subscription as the API shows it: with the customer's live balances in the cart. */
export function subscriptionView(world: World, record: SubscriptionRecord): Subscription {
  const { resource } = record;
  return {
    ...resource,
    customer: customerDetails(world, resource.customer.customer_id) ?? resource.customer,
    credit_entitlement_cart: resource.credit_entitlement_cart.map((item) => {
      const wallet = world.store.wallet(resource.customer.customer_id, item.credit_entitlement_id);
      return {
        ...item,
        credits_amount: figure(world, item.credits_amount),
        remaining_balance: figure(world, formatAmount(wallet?.balance ?? 0n)),
        overage_balance: figure(world, formatAmount(wallet?.overage ?? 0n)),
      };
    }),
  };
}

/** The shorter form of the list. */
export function subscriptionListItem(world: World, record: SubscriptionRecord): SubscriptionListResponse {
  const {
    addons: _addons,
    brand_id: _brand,
    credit_entitlement_cart: _credits,
    meter_credit_entitlement_cart: _meterCredits,
    meters: _meters,
    discounts: _discounts,
    expires_at: _expiresAt,
    custom_field_responses: _fields,
    cancellation_comment: _comment,
    cancellation_feedback: _feedback,
    ...rest
  } = subscriptionView(world, record);
  return {
    ...rest,
    discounts: [],
    product_name: world.store.products.get(rest.product_id)?.resource.name ?? null,
  };
}

/** The customer as subscriptions, payments, refunds and disputes show them. */
export function customerDetails(world: World, customerId: string): Subscription['customer'] | undefined {
  const customer = world.store.customers.get(customerId);
  if (customer === undefined) return undefined;
  return {
    customer_id: customer.customer_id,
    email: customer.email,
    name: customer.name,
    phone_number: customer.phone_number ?? null,
    metadata: customer.metadata ?? {},
  };
}

/** A payment failed: the subscription waits for a good one. */
export function holdSubscription(world: World, record: SubscriptionRecord): void {
  record.resource.status = 'on_hold';
  emitSubscription(world, 'subscription.on_hold', record);
  emitSubscription(world, 'subscription.updated', record);
}

export function emitSubscription(
  world: World,
  type: `subscription.${'active' | 'renewed' | 'updated' | 'cancelled' | 'on_hold' | 'paused' | 'unpaused' | 'expired' | 'plan_changed'}`,
  record: SubscriptionRecord,
): void {
  world.emit(type, 'Subscription', () => subscriptionView(world, record));
}
