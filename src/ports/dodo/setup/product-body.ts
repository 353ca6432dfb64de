import type {
  AttachCreditEntitlement,
  CbbOverageBehavior,
  Currency,
  Price,
  TimeInterval,
} from 'dodopayments/resources';
import type { ProductParts, ProductSetup } from '../../../core/setup/setup.ts';

/** Members hear of a low balance from us; this only feeds Dodo's own notice. */
const LOW_BALANCE_PERCENT = 20;

/** The API's reference asks for these, its SDK leaves them open. */
const UNREDUCED = { discount: 0, purchasing_power_parity: false, tax_inclusive: false } as const;

interface ProductBody {
  name: string;
  price: Price;
  credit_entitlements: AttachCreditEntitlement[];
}

/** What Dodo is sent for a product (https://docs.dodopayments.com/api-reference/products/post-products). */
export function productBody(setup: ProductSetup, parts: ProductParts): ProductBody {
  return { name: setup.name, price: priceOf(setup, parts), credit_entitlements: creditsOf(setup, parts) };
}

function priceOf(setup: ProductSetup, { meterId, entitlementId }: ProductParts): Price {
  const currency = setup.currency as Currency;
  if (setup.paidEvery === null || setup.runsFor === null) {
    return { type: 'one_time_price', currency, price: setup.cents, ...UNREDUCED };
  }
  const paid = spanOf(setup.paidEvery);
  const contract = spanOf(setup.runsFor);
  return {
    type: 'usage_based_price',
    currency,
    fixed_price: setup.cents,
    payment_frequency_count: paid.count,
    payment_frequency_interval: paid.interval,
    subscription_period_count: contract.count,
    subscription_period_interval: contract.interval,
    ...UNREDUCED,
    meters: [
      {
        meter_id: meterId,
        credit_entitlement_id: entitlementId,
        meter_units_per_credit: setup.unitsPerCredit,
        free_threshold: setup.freeUnits,
      },
    ],
  };
}

function creditsOf(setup: ProductSetup, { entitlementId }: ProductParts): AttachCreditEntitlement[] {
  if (setup.credits === null) return [];
  const isPlan = setup.paidEvery !== null;
  return [
    {
      credit_entitlement_id: entitlementId,
      credits_amount: String(setup.credits),
      expires_after_days: setup.creditsExpireAfterDays,
      rollover_enabled: setup.rollover,
      overage_enabled: setup.overage,
      ...(isPlan ? { low_balance_threshold_percent: LOW_BALANCE_PERCENT, proration_behavior: 'prorate' } : {}),
      ...(setup.overage
        ? {
            overage_behavior: setup.overageBilling as CbbOverageBehavior,
            price_per_unit: setup.overagePrice,
            currency: setup.currency as Currency,
            overage_limit: setup.overageLimitTokens === null ? null : String(setup.overageLimitTokens),
          }
        : {}),
    },
  ];
}

/** @param text such as "10 Year" */
function spanOf(text: string): { count: number; interval: TimeInterval } {
  const [count, interval] = text.split(' ');
  return { count: Number(count), interval: interval as TimeInterval };
}
