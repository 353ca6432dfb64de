import { DodoApiError } from './errors.ts';
import type { PortalRecord } from './model.ts';
import { endSubscription } from './renewal.ts';
import { emitSubscription } from './subscription-state.ts';
import { findSubscription } from './subscriptions.ts';
import type { World } from './world.ts';

/** A portal link works for a day. */
const PORTAL_LIFETIME_MS = 24 * 3_600_000;

/** Makes a link to the customer's portal; whoever has it is let in. */
export function openPortal(world: World, customerId: string, returnUrl: string | null): { link: string } {
  const portal: PortalRecord = {
    token: world.newId('cps'),
    customerId,
    returnUrl,
    expiresAt: world.clock.now() + PORTAL_LIFETIME_MS,
  };
  world.store.portals.set(portal.token, portal);
  return { link: `${world.baseUrl()}/portal/${portal.token}` };
}

/** Throws DodoApiError 404 or 410. */
export function findPortal(world: World, token: string): PortalRecord {
  const portal = world.store.portals.get(token);
  if (portal === undefined) throw new DodoApiError(404, 'NOT_FOUND', 'This portal link is not known');
  if (world.clock.now() >= portal.expiresAt) {
    throw new DodoApiError(410, 'SESSION_EXPIRED', 'This portal link has expired');
  }
  return portal;
}

/** What the portal's buttons do: end at the next billing date, take that back, or end now. */
export type PortalAction = 'cancel' | 'resume' | 'cancel-now';

/** Throws DodoApiError 404 for another customer's subscription. */
export function actInPortal(world: World, portal: PortalRecord, subscriptionId: string, action: PortalAction): void {
  const record = findSubscription(world, subscriptionId);
  if (record.resource.customer.customer_id !== portal.customerId) {
    throw new DodoApiError(404, 'NOT_FOUND', `Subscription ${subscriptionId} not found`);
  }
  if (record.resource.status === 'cancelled' || record.resource.status === 'expired') return;
  if (action === 'cancel-now') {
    endSubscription(world, record, 'cancelled');
    return;
  }
  record.resource.cancel_at_next_billing_date = action === 'cancel';
  emitSubscription(world, 'subscription.updated', record);
}
