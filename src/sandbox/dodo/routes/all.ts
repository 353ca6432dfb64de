import type { Route } from '../routing.ts';
import type { WebhookEndpoints } from '../webhook-endpoints.ts';
import type { World } from '../world.ts';
import { balanceRoutes } from './balances.ts';
import { checkoutRoutes } from './checkouts.ts';
import { creditEntitlementRoutes } from './credit-entitlements.ts';
import { customerRoutes } from './customers.ts';
import { eventRoutes } from './events.ts';
import { meterRoutes } from './meters.ts';
import { paymentRoutes } from './payments.ts';
import { productRoutes } from './products.ts';
import { refundRoutes } from './refunds.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { webhookRoutes } from './webhooks.ts';

/** Every operation of the API that the simulator serves. */
export function allRoutes(world: World, endpoints: WebhookEndpoints): Route[] {
  return [
    ...creditEntitlementRoutes(world),
    ...balanceRoutes(world),
    ...customerRoutes(world),
    ...meterRoutes(world),
    ...eventRoutes(world),
    ...productRoutes(world),
    ...checkoutRoutes(world),
    ...subscriptionRoutes(world),
    ...paymentRoutes(world),
    ...refundRoutes(world),
    ...webhookRoutes(endpoints),
  ];
}
