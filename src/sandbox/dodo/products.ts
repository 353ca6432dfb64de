import type {
  AddMeterToPrice,
  AttachCreditEntitlement,
  CreditEntitlementMappingResponse,
  Price,
  Product,
  ProductCreateParams,
  ProductUpdateParams,
} from 'dodopayments/resources';
import { parseAmount } from './amount.ts';
import { isoTime } from './clock.ts';
import { findEntitlement } from './entitlements.ts';
import { DodoApiError, invalidParameters, notFound, notModelled } from './errors.ts';
import { uuidOf } from './ids.ts';
import { findMeter } from './meters.ts';
import type { World } from './world.ts';

const MAX_CREDIT_ENTITLEMENTS = 5;

/** Makes a product. Throws DodoApiError when what it refers to is missing or its price cannot be simulated. */
export function createProduct(world: World, params: ProductCreateParams): Product {
  const now = isoTime(world.clock.now());
  const price = fullPrice(world, params.price);
  const resource: Product = {
    product_id: world.newId('pdt'),
    business_id: world.businessId,
    brand_id: params.brand_id ?? world.brandId,
    name: params.name,
    description: params.description ?? null,
    image: null,
    price,
    is_recurring: price.type !== 'one_time_price',
    tax_category: params.tax_category,
    license_key_enabled: params.license_key_enabled ?? false,
    credit_entitlements: attach(world, params.credit_entitlements ?? []),
    entitlements: [],
    addons: params.addons ?? null,
    metadata: params.metadata ?? {},
    created_at: now,
    updated_at: now,
  };
  world.store.products.set(resource.product_id, { resource, archived: false });
  return resource;
}

/** Changes the given fields; `credit_entitlements`, when given, replaces all. Throws DodoApiError. */
export function updateProduct(world: World, id: string, params: ProductUpdateParams): void {
  const current = findProduct(world, id);
  const price = params.price ? fullPrice(world, params.price) : current.price;
  const resource: Product = {
    ...current,
    name: params.name ?? current.name ?? null,
    description: params.description === undefined ? (current.description ?? null) : params.description,
    price,
    is_recurring: price.type !== 'one_time_price',
    tax_category: params.tax_category ?? current.tax_category,
    metadata: params.metadata ?? current.metadata,
    credit_entitlements: params.credit_entitlements
      ? attach(world, params.credit_entitlements)
      : current.credit_entitlements,
    updated_at: isoTime(world.clock.now()),
  };
  world.store.products.set(id, { resource, archived: false });
}

/** The product, archived or not. Throws DodoApiError 404. */
export function findProduct(world: World, id: string): Product {
  const record = world.store.products.get(id);
  if (record === undefined) throw notFound('Product', id);
  return record.resource;
}

/** What one unit costs at purchase, in the currency's smallest unit. */
export function basePrice(price: Price): number {
  return price.type === 'usage_based_price' ? price.fixed_price : price.price;
}

function fullPrice(world: World, price: Price): Price {
  if (price.discount) throw notModelled('A product with a discount');
  const common = {
    discount: 0,
    purchasing_power_parity: price.purchasing_power_parity ?? false,
    tax_inclusive: price.tax_inclusive ?? false,
  };
  if (price.type !== 'usage_based_price') return { ...price, ...common };
  const meters = price.meters ?? [];
  if (new Set(meters.map((meter) => meter.meter_id)).size !== meters.length) {
    throw new DodoApiError(422, 'DUPLICATE_METER_IDS_IN_REQUEST', 'meters names a meter twice');
  }
  return { ...price, ...common, meters: meters.map((meter) => fullMeter(world, meter)) };
}

function fullMeter(world: World, meter: AddMeterToPrice): AddMeterToPrice {
  const { resource, archived } = findMeter(world, meter.meter_id);
  if (archived) throw new DodoApiError(422, 'METER_IS_DELETED', `Meter ${meter.meter_id} is archived`);
  if (!meter.credit_entitlement_id) throw notModelled('A meter billed in money instead of credits');
  findEntitlement(world, meter.credit_entitlement_id);
  if (!meter.meter_units_per_credit || readAmount(meter.meter_units_per_credit, 'meter_units_per_credit') <= 0n) {
    throw invalidParameters('meter_units_per_credit must be above 0 when credit_entitlement_id is set');
  }
  return {
    ...meter,
    name: resource.name,
    description: resource.description ?? null,
    measurement_unit: resource.measurement_unit,
    free_threshold: meter.free_threshold ?? 0,
  };
}

function attach(world: World, attachments: readonly AttachCreditEntitlement[]): CreditEntitlementMappingResponse[] {
  if (attachments.length > MAX_CREDIT_ENTITLEMENTS) {
    throw invalidParameters(`a product takes at most ${MAX_CREDIT_ENTITLEMENTS} credit entitlements`);
  }
  return attachments.map((attachment) => {
    const entitlement = findEntitlement(world, attachment.credit_entitlement_id);
    if (readAmount(attachment.credits_amount, 'credits_amount') <= 0n) {
      throw invalidParameters('credits_amount must be above 0');
    }
    const overageEnabled = attachment.overage_enabled ?? entitlement.overage_enabled;
    const price = attachment.price_per_unit ?? entitlement.price_per_unit ?? null;
    if (overageEnabled && price === null) {
      throw invalidParameters('price_per_unit is required when overage_enabled is true');
    }
    const inheritedLimit = entitlement.overage_limit ?? null;
    return {
      id: uuidOf(world.newId('cem')),
      credit_entitlement_id: entitlement.id,
      credit_entitlement_name: entitlement.name,
      credit_entitlement_unit: entitlement.unit,
      credits_amount: attachment.credits_amount,
      currency: attachment.currency ?? entitlement.currency ?? null,
      expires_after_days: attachment.expires_after_days ?? entitlement.expires_after_days ?? null,
      low_balance_threshold_percent: attachment.low_balance_threshold_percent ?? null,
      max_rollover_count: attachment.max_rollover_count ?? entitlement.max_rollover_count ?? null,
      overage_behavior: attachment.overage_behavior ?? entitlement.overage_behavior,
      overage_enabled: overageEnabled,
      overage_limit: attachment.overage_limit ?? (inheritedLimit === null ? null : String(inheritedLimit)),
      price_per_unit: price,
      proration_behavior: attachment.proration_behavior ?? 'prorate',
      rollover_enabled: attachment.rollover_enabled ?? entitlement.rollover_enabled,
      rollover_percentage: attachment.rollover_percentage ?? entitlement.rollover_percentage ?? null,
      rollover_timeframe_count: attachment.rollover_timeframe_count ?? entitlement.rollover_timeframe_count ?? null,
      rollover_timeframe_interval:
        attachment.rollover_timeframe_interval ?? entitlement.rollover_timeframe_interval ?? null,
      trial_credits: attachment.trial_credits ?? null,
      trial_credits_expire_after_trial: attachment.trial_credits_expire_after_trial ?? false,
    };
  });
}

function readAmount(text: string, field: string): bigint {
  try {
    return parseAmount(text);
  } catch (error) {
    throw invalidParameters(`${field}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
