import { formatAmount, parseAmount } from './amount.ts';
import { deductUsage } from './credit-book.ts';
import { creditsForUnits, type OverageTerms, precisionStep } from './ledger.ts';
import { watchingBalance } from './low-balance.ts';
import { aggregate, meterMatches } from './meters.ts';
import type { EventRecord, MeterRecord, SubscriptionRecord } from './model.ts';
import { isRunning } from './subscription-state.ts';
import type { World } from './world.ts';

/** How a customer's usage of a meter becomes credits. Amounts in 10^-10 units. */
interface Billing {
  entitlementId: string;
  unitsPerCredit: bigint;
  overage: OverageTerms;
  subscription: SubscriptionRecord | null;
}

/**
 * One run of the metering worker: the events since the last run are aggregated by meter and customer, turned into
 * credits and taken (https://docs.dodopayments.com/features/usage-based-billing/meters: about once a minute).
 * Events without anything to bill them to are read and gone. `free_threshold` does not apply to credits.
 */
export function runMeters(world: World): void {
  const unread = world.store.unread;
  world.store.unread = [];
  for (const record of unread) record.metered = true;
  for (const meter of world.store.meters.values()) {
    if (meter.archived) continue;
    const matching = unread.filter(({ event }) => meterMatches(meter.resource, event));
    for (const [customerId, events] of Map.groupBy(matching, ({ event }) => event.customer_id)) {
      bill(world, meter, customerId, events);
    }
  }
}

function bill(world: World, meter: MeterRecord, customerId: string, events: readonly EventRecord[]): void {
  const meterId = meter.resource.id;
  const billing = billingOf(world, meterId, customerId);
  if (billing === undefined) return;
  const units = aggregate(
    meter.resource,
    events.map(({ event }) => event.metadata),
  );
  const period = billing.subscription?.periods.at(-1);
  period?.units.set(meterId, (period.units.get(meterId) ?? 0n) + units);
  const wallet = world.store.wallet(customerId, billing.entitlementId);
  if (wallet === undefined) return;
  const step = precisionStep(world.store.entitlements.get(billing.entitlementId)?.resource.precision ?? 0);
  const rest = wallet.restUnits.get(meterId) ?? 0n;
  const { credits, restUnits } = creditsForUnits(units + rest, billing.unitsPerCredit, step);
  wallet.restUnits.set(meterId, restUnits);
  if (credits === 0n) return;
  const { subscription } = billing;
  watchingBalance(world, wallet, () =>
    deductUsage(world, wallet, credits, billing.overage, {
      referenceType: subscription === null ? null : 'subscription',
      referenceId: subscription?.resource.subscription_id ?? null,
      metadata: subscription?.resource.metadata ?? {},
      description: `Credits consumed by usage: ${formatAmount(units)} ${meter.resource.measurement_unit}`,
    }),
  );
}

function billingOf(world: World, meterId: string, customerId: string): Billing | undefined {
  for (const subscription of world.store.subscriptionsOf(customerId)) {
    if (!isRunning(subscription.resource)) continue;
    const link = subscription.resource.meter_credit_entitlement_cart.find((item) => item.meter_id === meterId);
    if (link === undefined) continue;
    return {
      entitlementId: link.credit_entitlement_id,
      unitsPerCredit: parseAmount(link.meter_units_per_credit),
      overage: overageTerms(subscription, link.credit_entitlement_id),
      subscription,
    };
  }
  if (world.switches.meterNeedsRunningPlan) return undefined;
  return withoutPlan(world, meterId);
}

function withoutPlan(world: World, meterId: string): Billing | undefined {
  for (const { resource: product } of world.store.products.values()) {
    if (product.price.type !== 'usage_based_price') continue;
    const link = product.price.meters?.find((meter) => meter.meter_id === meterId);
    if (!link?.credit_entitlement_id) continue;
    return {
      entitlementId: link.credit_entitlement_id,
      unitsPerCredit: parseAmount(link.meter_units_per_credit ?? '1'),
      overage: { enabled: false, limit: null },
      subscription: null,
    };
  }
  return undefined;
}

/** The overage a subscription allows; the limit in 10^-10 credits. */
export function overageTerms(subscription: SubscriptionRecord, entitlementId: string): OverageTerms {
  const cart = subscription.resource.credit_entitlement_cart.find(
    (item) => item.credit_entitlement_id === entitlementId,
  );
  const limit = cart?.overage_limit ?? null;
  return { enabled: cart?.overage_enabled ?? false, limit: limit === null ? null : parseAmount(limit) };
}
