import { z } from 'zod';
import { EVENT_TYPES } from '../event-types.ts';

const decimal = z.string();
const count = z.int().min(0);
const interval = z.enum(['Day', 'Week', 'Month', 'Year']);
const overageBehavior = z.enum(['forgive_at_reset', 'invoice_at_billing', 'carry_deficit', 'carry_deficit_auto_repay']);
const metadataValue = z.union([z.string(), z.number(), z.boolean()]);

/** Metadata as the API takes it: flat, 50 pairs at most, keys of 40 and values of 500 characters. */
const metadata = z
  .record(z.string().max(40), z.union([z.string().max(500), z.number(), z.boolean()]))
  .refine((value) => Object.keys(value).length <= 50, 'metadata takes at most 50 pairs');

export const createEntitlementBody = z.looseObject({
  name: z.string().min(1).max(255),
  unit: z.string().min(1).max(50),
  precision: z.int().min(0).max(10),
  rollover_enabled: z.boolean(),
  overage_enabled: z.boolean(),
  description: z.string().max(1000).nullish(),
  currency: z.string().nullish(),
  price_per_unit: decimal.nullish(),
  overage_behavior: overageBehavior.nullish(),
  overage_limit: z.int().nullish(),
  expires_after_days: count.nullish(),
  rollover_percentage: z.number().min(0).max(100).nullish(),
  rollover_timeframe_count: count.nullish(),
  rollover_timeframe_interval: interval.nullish(),
  max_rollover_count: count.nullish(),
});

export const updateEntitlementBody = createEntitlementBody
  .omit({ precision: true })
  .partial()
  .extend({
    name: z.string().min(1).max(255).nullish(),
    unit: z.string().min(1).max(50).nullish(),
    rollover_enabled: z.boolean().nullish(),
    overage_enabled: z.boolean().nullish(),
  });

export const ledgerEntryBody = z.looseObject({
  entry_type: z.enum(['credit', 'debit']),
  amount: decimal,
  expires_at: z.string().nullish(),
  idempotency_key: z.string().nullish(),
  reason: z.string().nullish(),
  metadata: metadata.nullish(),
});

export const createCustomerBody = z.looseObject({
  email: z.string(),
  name: z.string(),
  phone_number: z.string().nullish(),
  metadata: metadata.optional(),
});

export const updateCustomerBody = z.looseObject({
  email: z.string().nullish(),
  name: z.string().nullish(),
  phone_number: z.string().nullish(),
  metadata: metadata.nullish(),
});

const condition = z.looseObject({
  key: z.string(),
  operator: z.enum([
    'equals',
    'not_equals',
    'greater_than',
    'greater_than_or_equals',
    'less_than',
    'less_than_or_equals',
    'contains',
    'does_not_contain',
  ]),
  value: metadataValue,
});

const meterFilter = z.object({
  conjunction: z.enum(['and', 'or']),
  get clauses() {
    return z.union([z.array(condition), z.array(meterFilter)]);
  },
});

export const createMeterBody = z.looseObject({
  name: z.string(),
  event_name: z.string(),
  measurement_unit: z.string(),
  aggregation: z.looseObject({ type: z.enum(['count', 'sum', 'max', 'last']), key: z.string().nullish() }),
  description: z.string().nullish(),
  filter: meterFilter.nullish(),
});

const attachedEntitlement = z.looseObject({
  credit_entitlement_id: z.string(),
  credits_amount: decimal,
  price_per_unit: decimal.nullish(),
  overage_enabled: z.boolean().nullish(),
  overage_behavior: overageBehavior.nullish(),
  overage_limit: decimal.nullish(),
  expires_after_days: count.nullish(),
  low_balance_threshold_percent: z.int().min(0).max(100).nullish(),
  rollover_enabled: z.boolean().nullish(),
  proration_behavior: z.enum(['prorate', 'no_prorate']).nullish(),
  trial_credits: decimal.nullish(),
});

const recurrence = {
  currency: z.string(),
  payment_frequency_count: z.int().min(1),
  payment_frequency_interval: interval,
  subscription_period_count: z.int().min(1),
  subscription_period_interval: interval,
};

const meterPrice = z.looseObject({
  meter_id: z.string(),
  credit_entitlement_id: z.string().nullish(),
  meter_units_per_credit: decimal.nullish(),
  free_threshold: count.nullish(),
  price_per_unit: decimal.nullish(),
});

const price = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('one_time_price'), currency: z.string(), price: count }),
  z.looseObject({ type: z.literal('recurring_price'), price: count, ...recurrence }),
  z.looseObject({
    type: z.literal('usage_based_price'),
    fixed_price: count,
    meters: z.array(meterPrice).nullish(),
    ...recurrence,
  }),
]);

const taxCategory = z.enum(['digital_products', 'saas', 'e_book', 'edtech', 'live_tutoring']);

export const createProductBody = z.looseObject({
  name: z.string(),
  price,
  tax_category: taxCategory,
  metadata: metadata.optional(),
  credit_entitlements: z.array(attachedEntitlement).nullish(),
});

export const updateProductBody = z.looseObject({
  name: z.string().nullish(),
  price: price.nullish(),
  tax_category: taxCategory.nullish(),
  metadata: metadata.nullish(),
  credit_entitlements: z.array(attachedEntitlement).nullish(),
});

export const createSessionBody = z.looseObject({
  product_cart: z.array(
    z.looseObject({
      product_id: z.string(),
      quantity: z.int(),
      credit_entitlements: z
        .array(z.looseObject({ credit_entitlement_id: z.string(), credits_amount: decimal }))
        .nullish(),
    }),
  ),
  customer: z
    .union([
      z.looseObject({ customer_id: z.string() }),
      z.looseObject({ email: z.string(), name: z.string().nullish() }),
    ])
    .nullish(),
  metadata: metadata.nullish(),
  return_url: z.string().nullish(),
  cancel_url: z.string().nullish(),
  feature_flags: z.looseObject({ always_create_new_customer: z.boolean().optional() }).optional(),
  subscription_data: z.looseObject({ trial_period_days: z.int().min(0).nullish() }).nullish(),
});

export const ingestBody = z.looseObject({
  events: z.array(
    z.looseObject({
      event_id: z.string(),
      customer_id: z.string(),
      event_name: z.string(),
      timestamp: z.string().nullish(),
      metadata: z.record(z.string(), metadataValue).nullish(),
    }),
  ),
});

export const updateSubscriptionBody = z.looseObject({
  status: z.enum(['pending', 'active', 'on_hold', 'paused', 'cancelled', 'failed', 'expired', 'past_due']).nullish(),
  cancel_at_next_billing_date: z.boolean().nullish(),
  next_billing_date: z.string().nullish(),
  metadata: metadata.nullish(),
  credit_entitlement_cart: z
    .array(
      z.looseObject({
        credit_entitlement_id: z.string(),
        credits_amount: decimal.nullish(),
        overage_enabled: z.boolean().nullish(),
        overage_limit: decimal.nullish(),
        low_balance_threshold_percent: z.int().min(0).max(100).nullish(),
        expires_after_days: count.nullish(),
      }),
    )
    .nullish(),
});

export const changePlanBody = z.looseObject({
  product_id: z.string(),
  quantity: z.int(),
  proration_billing_mode: z.enum(['prorated_immediately', 'full_immediately', 'difference_immediately', 'do_not_bill']),
  effective_at: z.enum(['immediately', 'next_billing_date']).optional(),
  on_payment_failure: z.enum(['prevent_change', 'apply_change']).nullish(),
  cancel_scheduled_change_plan: z.boolean().optional(),
  metadata: metadata.nullish(),
});

export const createRefundBody = z.looseObject({
  payment_id: z.string(),
  items: z.array(z.looseObject({ item_id: z.string(), amount: z.int().nullish() })).nullish(),
  reason: z.string().nullish(),
  metadata: metadata.optional(),
});

export const createWebhookBody = z.looseObject({
  url: z.string(),
  description: z.string().nullish(),
  disabled: z.boolean().nullish(),
  filter_types: z.array(z.enum(EVENT_TYPES)).optional(),
  headers: z.record(z.string(), z.string()).nullish(),
  idempotency_key: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  rate_limit: count.nullish(),
});

export const updateWebhookBody = createWebhookBody.extend({
  url: z.string().nullish(),
  filter_types: z.array(z.enum(EVENT_TYPES)).nullish(),
});

export const webhookHeadersBody = z.looseObject({ headers: z.record(z.string(), z.string()) });
