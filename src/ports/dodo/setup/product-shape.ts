import { z } from 'zod';
import type { ProductParts, ProductSetup } from '../../../core/setup/setup.ts';
import { amount, id, optionalAmount, optionalText } from '../shapes.ts';
import { optionalDecimal } from './decimals.ts';

const meter = z.object({
  meter_id: id,
  credit_entitlement_id: optionalText,
  meter_units_per_credit: optionalDecimal,
  free_threshold: optionalAmount,
});

const price = z.object({
  type: z.string(),
  currency: z.string(),
  price: optionalAmount,
  fixed_price: optionalAmount,
  payment_frequency_count: z.number().nullish(),
  payment_frequency_interval: optionalText,
  subscription_period_count: z.number().nullish(),
  subscription_period_interval: optionalText,
  meters: z.array(meter).nullish(),
});

const credits = z.object({
  credit_entitlement_id: id,
  credits_amount: amount,
  expires_after_days: optionalAmount,
  rollover_enabled: z.boolean().nullish(),
  overage_enabled: z.boolean().nullish(),
  overage_behavior: optionalText,
  price_per_unit: optionalDecimal,
  overage_limit: optionalAmount,
});

const product = z.object({ name: optionalText, price, credit_entitlements: z.array(credits).nullish() });

/**
 * Reads a product (https://docs.dodopayments.com/api-reference/products/get-products-1).
 * @param parts what is ours of what it refers to
 */
export function productShape(parts: ProductParts): z.ZodType<ProductSetup> {
  return product.transform((told): ProductSetup => {
    const { price: paid, credit_entitlements: granted } = told;
    const meters = paid.meters ?? [];
    const ours = meters.find((one) => one.meter_id === parts.meterId);
    const grant = granted?.find((one) => one.credit_entitlement_id === parts.entitlementId);
    const overage = grant?.overage_enabled ?? false;
    return {
      name: told.name ?? '',
      pricing: paid.type,
      currency: paid.currency,
      cents: paid.fixed_price ?? paid.price ?? 0,
      paidEvery: spanText(paid.payment_frequency_count, paid.payment_frequency_interval),
      runsFor: spanText(paid.subscription_period_count, paid.subscription_period_interval),
      meterId: ours?.meter_id ?? null,
      meterTakesFrom: ours?.credit_entitlement_id ?? null,
      unitsPerCredit: ours?.meter_units_per_credit ?? null,
      freeUnits: ours === undefined ? null : (ours.free_threshold ?? 0),
      otherMeters: idsBeside(
        meters.map((one) => one.meter_id),
        parts.meterId,
      ),
      credits: grant?.credits_amount ?? null,
      creditsExpireAfterDays: grant?.expires_after_days ?? null,
      rollover: grant?.rollover_enabled ?? false,
      overage,
      overageBilling: overage ? (grant?.overage_behavior ?? null) : null,
      overagePrice: overage ? (grant?.price_per_unit ?? null) : null,
      overageLimitTokens: overage ? (grant?.overage_limit ?? null) : null,
      otherCredits: idsBeside(
        (granted ?? []).map((one) => one.credit_entitlement_id),
        parts.entitlementId,
      ),
    };
  });
}

function spanText(count: number | null | undefined, interval: string | null): string | null {
  return count === null || count === undefined || interval === null ? null : `${count} ${interval}`;
}

function idsBeside(ids: readonly string[], ours: string): string {
  return ids
    .filter((one) => one !== ours)
    .toSorted()
    .join(', ');
}
