import type { Payment, Subscription } from 'dodopayments/resources';
import { costInCents } from './amount.ts';
import { addInterval, isoTime } from './clock.ts';
import { resetOverage } from './credit-book.ts';
import { DodoApiError } from './errors.ts';
import { expireDueGrants } from './expiry.ts';
import type { SubscriptionRecord } from './model.ts';
import { makePayment } from './payments.ts';
import { applyScheduledPlan } from './plan-change.ts';
import { emitSubscription, holdSubscription } from './subscription-state.ts';
import { findSubscription, grantCycle, subscriptionSource } from './subscriptions.ts';
import type { World } from './world.ts';

export interface RenewalResult {
  payment: Payment;
  subscription: Subscription;
}

/**
 * Renews now, without moving the clock: due grants expire first, overage is invoiced or reset as its behaviour says,
 * the payment is taken, the new cycle's credits are granted. A declined payment puts the subscription on hold;
 * renewing again with a good card takes it out of it.
 * @throws DodoApiError when the subscription is unknown or ended
 */
export function renewSubscription(world: World, id: string, options: { decline?: boolean } = {}): RenewalResult {
  const record = findSubscription(world, id);
  if (record.resource.status !== 'active' && record.resource.status !== 'on_hold') {
    throw new DodoApiError(422, 'SUBSCRIPTION_INACTIVE', `Subscription ${id} is ${record.resource.status}`);
  }
  const customerId = record.resource.customer.customer_id;
  expireDueGrants(world, customerId);
  if (options.decline !== true) applyScheduledPlan(world, record);
  const payment = makePayment(world, {
    customerId,
    amountCents: record.resource.recurring_pre_tax_amount + overageCents(world, record),
    currency: record.resource.currency,
    metadata: record.resource.metadata,
    succeeded: options.decline !== true,
    sessionId: null,
    subscriptionId: id,
    productCart: null,
    retryAttempt: record.resource.status === 'on_hold' ? 1 : 0,
  });
  if (options.decline === true) {
    holdSubscription(world, record);
    return { payment, subscription: record.resource };
  }
  const wasOnHold = record.resource.status === 'on_hold';
  startCycle(world, record);
  settleOverage(world, record);
  if (wasOnHold) emitSubscription(world, 'subscription.active', record);
  emitSubscription(world, 'subscription.renewed', record);
  grantCycle(world, record, false);
  emitSubscription(world, 'subscription.updated', record);
  return { payment, subscription: record.resource };
}

/** Renews or ends each subscription whose billing date has come. One whose payment failed waits for `renew`. */
export function renewDueSubscriptions(world: World): void {
  for (const record of world.store.subscriptions.values()) {
    while (record.resource.status === 'active' && Date.parse(record.resource.next_billing_date) <= world.clock.now()) {
      const next = record.resource.next_billing_date;
      if (record.resource.cancel_at_next_billing_date) endSubscription(world, record, 'cancelled');
      else if (record.resource.expires_at && record.resource.expires_at <= next)
        endSubscription(world, record, 'expired');
      else renewSubscription(world, record.resource.subscription_id);
    }
  }
}

/** Ends a subscription now; its credits live on until their own expiry. */
export function endSubscription(world: World, record: SubscriptionRecord, status: 'cancelled' | 'expired'): void {
  record.resource.status = status;
  if (status === 'cancelled') record.resource.cancelled_at = isoTime(world.clock.now());
  record.resource.scheduled_change = null;
  record.pendingChange = null;
  emitSubscription(world, `subscription.${status}`, record);
  emitSubscription(world, 'subscription.updated', record);
}

function startCycle(world: World, record: SubscriptionRecord): void {
  const { resource } = record;
  const now = world.clock.now();
  const billed = Date.parse(resource.next_billing_date);
  // A late worker keeps the billing day; a forced renewal starts a cycle of its own.
  const start = Math.min(billed, now);
  const next = addInterval(start, resource.payment_frequency_count, resource.payment_frequency_interval);
  resource.status = 'active';
  resource.previous_billing_date = isoTime(start);
  resource.next_billing_date = isoTime(next);
  record.periods.push({ start, end: next, units: new Map() });
}

/** Overage is billed only under `invoice_at_billing` (the SDK's table of overage behaviours). */
function overageCents(world: World, record: SubscriptionRecord): number {
  const { resource } = record;
  return resource.credit_entitlement_cart
    .filter((cart) => cart.overage_behavior === 'invoice_at_billing')
    .reduce((sum, cart) => {
      const wallet = world.store.wallet(resource.customer.customer_id, cart.credit_entitlement_id);
      const price = record.overagePrice.get(cart.credit_entitlement_id) ?? 0n;
      return sum + costInCents(wallet?.overage ?? 0n, price);
    }, 0);
}

function settleOverage(world: World, record: SubscriptionRecord): void {
  for (const cart of record.resource.credit_entitlement_cart) {
    if (cart.overage_behavior !== 'invoice_at_billing' && cart.overage_behavior !== 'forgive_at_reset') continue;
    const wallet = world.store.wallet(record.resource.customer.customer_id, cart.credit_entitlement_id);
    if (wallet === undefined) continue;
    resetOverage(world, wallet, subscriptionSource(record, 'Overage cleared at billing cycle reset'));
  }
}
