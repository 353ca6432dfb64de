import { z } from 'zod';
import type { Subscription } from '../../../core/dodo/billing.ts';
import { id, instant, optionalAmount, optionalInstant } from '../shapes.ts';

const cartEntry = z.object({
  credit_entitlement_id: id,
  overage_enabled: z.boolean(),
  overage_limit: optionalAmount,
});

/**
 * A subscription, as webhooks and `GET /subscriptions/{id}` carry it.
 * @param entitlementId ours: whose overage rules are read; those of other credits in the cart are not looked at
 */
export function subscriptionShape(entitlementId: string) {
  const ofOurs = z.object({ credit_entitlement_id: z.literal(entitlementId) });
  const cart = z
    .array(z.unknown())
    .nullish()
    .transform((entries) => (entries ?? []).filter((entry) => ofOurs.safeParse(entry).success))
    .pipe(z.array(cartEntry));
  return z
    .object({
      subscription_id: id,
      customer: z.object({ customer_id: id }),
      product_id: id,
      status: id,
      created_at: instant,
      previous_billing_date: optionalInstant,
      next_billing_date: optionalInstant,
      cancel_at_next_billing_date: z
        .boolean()
        .nullish()
        .transform((value) => value ?? false),
      scheduled_change: z.object({ product_id: id, effective_at: instant }).nullish(),
      credit_entitlement_cart: cart,
    })
    .transform((told): Subscription => {
      const ours = told.credit_entitlement_cart[0];
      const change = told.scheduled_change ?? null;
      return {
        id: told.subscription_id,
        customerId: told.customer.customer_id,
        productId: told.product_id,
        status: told.status,
        createdAt: told.created_at,
        cycleStartedAt: told.previous_billing_date,
        nextBillingAt: told.next_billing_date,
        endsAtPeriodEnd: told.cancel_at_next_billing_date,
        scheduledChange: change === null ? null : { productId: change.product_id, at: change.effective_at },
        overage: ours === undefined ? null : { enabled: ours.overage_enabled, limitTokens: ours.overage_limit },
      };
    });
}
