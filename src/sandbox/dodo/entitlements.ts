import type {
  CreditEntitlement,
  CreditEntitlementCreateParams,
  CreditEntitlementUpdateParams,
} from 'dodopayments/resources';
import { isoTime } from './clock.ts';
import { DodoApiError, invalidParameters, notFound } from './errors.ts';
import type { World } from './world.ts';

/** Makes a credit entitlement. Throws DodoApiError when the name is taken or fields contradict each other. */
export function createEntitlement(world: World, params: CreditEntitlementCreateParams): CreditEntitlement {
  refuseTakenName(world, params.name, undefined);
  const now = isoTime(world.clock.now());
  const resource: CreditEntitlement = {
    id: world.newId('cde'),
    business_id: world.businessId,
    name: params.name,
    description: params.description ?? null,
    unit: params.unit,
    precision: params.precision,
    expires_after_days: params.expires_after_days ?? null,
    rollover_enabled: params.rollover_enabled,
    rollover_percentage: params.rollover_percentage ?? null,
    rollover_timeframe_count: params.rollover_timeframe_count ?? null,
    rollover_timeframe_interval: params.rollover_timeframe_interval ?? null,
    max_rollover_count: params.max_rollover_count ?? null,
    overage_enabled: params.overage_enabled,
    overage_behavior: params.overage_behavior ?? 'forgive_at_reset',
    overage_limit: params.overage_limit ?? null,
    currency: params.currency ?? null,
    price_per_unit: params.price_per_unit ?? null,
    created_at: now,
    updated_at: now,
  };
  refuseContradictions(resource);
  world.store.entitlements.set(resource.id, { resource, deleted: false });
  return resource;
}

/** Changes the given fields; an explicit null clears a field. Throws DodoApiError as `createEntitlement` does. */
export function updateEntitlement(world: World, id: string, params: CreditEntitlementUpdateParams): void {
  const current = findEntitlement(world, id);
  if (typeof params.name === 'string') refuseTakenName(world, params.name, id);
  const merged: CreditEntitlement = {
    ...current,
    ...withoutAbsent(params),
    name: params.name ?? current.name,
    unit: params.unit ?? current.unit,
    rollover_enabled: params.rollover_enabled ?? current.rollover_enabled,
    overage_enabled: params.overage_enabled ?? current.overage_enabled,
    overage_behavior: params.overage_behavior ?? current.overage_behavior,
    updated_at: isoTime(world.clock.now()),
  };
  refuseContradictions(merged);
  world.store.entitlements.set(id, { resource: merged, deleted: false });
}

/** The entitlement, unless it is missing or deleted: then DodoApiError 404. */
export function findEntitlement(world: World, id: string): CreditEntitlement {
  const record = world.store.entitlements.get(id);
  if (record === undefined || record.deleted) throw notFound('Credit entitlement', id);
  return record.resource;
}

function withoutAbsent(params: CreditEntitlementUpdateParams) {
  const { name: _n, unit: _u, rollover_enabled: _r, overage_enabled: _o, overage_behavior: _b, ...nullable } = params;
  return Object.fromEntries(Object.entries(nullable).filter(([, value]) => value !== undefined));
}

function refuseTakenName(world: World, name: string, exceptId: string | undefined): void {
  for (const { resource, deleted } of world.store.entitlements.values()) {
    if (deleted || resource.id === exceptId || resource.name !== name) continue;
    throw new DodoApiError(
      409,
      'CREDIT_ENTITLEMENT_NAME_ALREADY_EXISTS',
      `A credit entitlement named ${name} already exists`,
    );
  }
}

function refuseContradictions(resource: CreditEntitlement): void {
  const has = (value: unknown) => value !== null && value !== undefined;
  if (has(resource.price_per_unit) && !has(resource.currency)) {
    throw invalidParameters('currency is required when price_per_unit is set');
  }
  if (resource.overage_enabled && !has(resource.price_per_unit)) {
    throw invalidParameters('price_per_unit is required when overage_enabled is true');
  }
  if (has(resource.rollover_timeframe_count) !== has(resource.rollover_timeframe_interval)) {
    throw invalidParameters(
      'rollover_timeframe_count and rollover_timeframe_interval must both be set or both be null',
    );
  }
}
