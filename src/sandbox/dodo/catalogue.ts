import type { Price } from 'dodopayments/resources';
import { createEntitlement } from './entitlements.ts';
import { createMeter } from './meters.ts';
import { createProduct } from './products.ts';
import type { World } from './world.ts';

/** The ids of the sandbox's catalogue. */
export interface CatalogueIds {
  entitlementId: string;
  meterId: string;
  starterProductId: string;
  proProductId: string;
  topupProductId: string;
}

/** Makes what the bot sells: an entitlement, its meter, the two plans and the top-up pack. Amounts in tokens, prices in cents. */
export function seedCatalogue(world: World): CatalogueIds {
  const entitlement = createEntitlement(world, {
    name: 'API Tokens',
    unit: 'token',
    precision: 0,
    expires_after_days: 30,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const meter = createMeter(world, {
    name: 'Token Usage Meter',
    event_name: 'api.tokens_used',
    measurement_unit: 'tokens',
    aggregation: { type: 'sum', key: 'tokens' },
  });
  // A subscription period of ten years: the period is the contract's length, and one month would end it after a cycle.
  const planPrice = (cents: number): Price => ({
    type: 'usage_based_price',
    currency: 'USD',
    fixed_price: cents,
    discount: 0,
    purchasing_power_parity: false,
    tax_inclusive: false,
    payment_frequency_count: 1,
    payment_frequency_interval: 'Month',
    subscription_period_count: 10,
    subscription_period_interval: 'Year',
    meters: [
      { meter_id: meter.id, credit_entitlement_id: entitlement.id, meter_units_per_credit: '1', free_threshold: 0 },
    ],
  });
  const planCredits = {
    credit_entitlement_id: entitlement.id,
    expires_after_days: 30,
    rollover_enabled: false,
    low_balance_threshold_percent: 20,
    proration_behavior: 'prorate',
  } as const;
  const starter = createProduct(world, {
    name: 'NeuralAPI Starter',
    tax_category: 'saas',
    metadata: { plan: 'starter' },
    price: planPrice(2900),
    credit_entitlements: [{ ...planCredits, credits_amount: '10000000', overage_enabled: false }],
  });
  const pro = createProduct(world, {
    name: 'NeuralAPI Pro',
    tax_category: 'saas',
    metadata: { plan: 'pro' },
    price: planPrice(9900),
    credit_entitlements: [
      {
        ...planCredits,
        credits_amount: '40000000',
        overage_enabled: true,
        overage_behavior: 'invoice_at_billing',
        price_per_unit: '0.000005',
        currency: 'USD',
      },
    ],
  });
  const topup = createProduct(world, {
    name: 'Token Top-Up Pack',
    tax_category: 'saas',
    metadata: { plan: 'topup' },
    price: { type: 'one_time_price', currency: 'USD', price: 1900, discount: 0, purchasing_power_parity: false },
    credit_entitlements: [
      {
        credit_entitlement_id: entitlement.id,
        credits_amount: '5000000',
        expires_after_days: 365,
        rollover_enabled: false,
        overage_enabled: false,
      },
    ],
  });
  return {
    entitlementId: entitlement.id,
    meterId: meter.id,
    starterProductId: starter.product_id,
    proProductId: pro.product_id,
    topupProductId: topup.product_id,
  };
}
