import type { SubscriptionUpdateParams } from 'dodopayments/resources';
import { isoTime } from './clock.ts';
import { DodoApiError, invalidParameters } from './errors.ts';
import type { SubscriptionRecord } from './model.ts';
import { endSubscription } from './renewal.ts';
import { emitSubscription } from './subscription-state.ts';
import type { World } from './world.ts';

/**
 * Changes a subscription as PATCH /subscriptions does (https://docs.dodopayments.com/api-reference/subscriptions).
 * @throws DodoApiError 422 for a change the subscription's state does not allow
 */
export function updateSubscription(world: World, record: SubscriptionRecord, params: SubscriptionUpdateParams): void {
  const { resource } = record;
  if (params.pause !== undefined) throw invalidParameters('pause is gone; set status to paused or active');
  if (resource.status === 'cancelled' || resource.status === 'expired') {
    throw new DodoApiError(
      422,
      'SUBSCRIPTION_INACTIVE',
      `Subscription ${resource.subscription_id} is ${resource.status}`,
    );
  }
  if (params.cancellation_feedback !== undefined) resource.cancellation_feedback = params.cancellation_feedback;
  if (params.cancellation_comment !== undefined) resource.cancellation_comment = params.cancellation_comment;
  if (params.status) {
    changeStatus(world, record, params);
    return;
  }
  if (params.next_billing_date) {
    const date = Date.parse(params.next_billing_date);
    if (!(date > world.clock.now())) throw invalidParameters('next_billing_date must lie ahead');
    resource.next_billing_date = isoTime(date);
  }
  if (typeof params.cancel_at_next_billing_date === 'boolean') {
    resource.cancel_at_next_billing_date = params.cancel_at_next_billing_date;
  }
  if (params.metadata) resource.metadata = params.metadata;
  for (const change of params.credit_entitlement_cart ?? []) {
    const cart = resource.credit_entitlement_cart.find(
      (item) => item.credit_entitlement_id === change.credit_entitlement_id,
    );
    if (cart === undefined) throw invalidParameters(`the cart has no ${change.credit_entitlement_id}`);
    if (change.overage_enabled && !record.overagePrice.get(change.credit_entitlement_id)) {
      throw invalidParameters('overage needs a price_per_unit on the product');
    }
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    Object.assign(cart, given, {
      credits_amount: change.credits_amount ?? cart.credits_amount,
      overage_enabled: change.overage_enabled ?? cart.overage_enabled,
      rollover_enabled: change.rollover_enabled ?? cart.rollover_enabled,
    });
  }
  emitSubscription(world, 'subscription.updated', record);
}

function changeStatus(world: World, record: SubscriptionRecord, params: SubscriptionUpdateParams): void {
  const { resource } = record;
  if (params.status === 'cancelled') {
    endSubscription(world, record, 'cancelled');
    return;
  }
  const others = Object.entries(params).filter(([name, value]) => name !== 'status' && value !== undefined);
  if (others.length > 0) throw invalidParameters('status paused or active takes no other field');
  if (params.status === 'paused' && resource.status === 'active') {
    resource.status = 'paused';
    resource.paused_at = isoTime(world.clock.now());
    emitSubscription(world, 'subscription.paused', record);
  } else if (params.status === 'active' && resource.status === 'paused') {
    resource.status = 'active';
    resource.paused_at = null;
    emitSubscription(world, 'subscription.unpaused', record);
  } else {
    throw invalidParameters(`status cannot go from ${resource.status} to ${params.status}`);
  }
  emitSubscription(world, 'subscription.updated', record);
}
