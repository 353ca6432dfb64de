import type { EventInput, Meter, MeterCreateParams, MeterFilter } from 'dodopayments/resources';
import { amountFromNumber } from './amount.ts';
import { isoTime } from './clock.ts';
import { invalidParameters, notFound } from './errors.ts';
import type { MeterRecord } from './model.ts';
import type { World } from './world.ts';

const MAX_FILTER_DEPTH = 3;

/** Makes a meter. Throws DodoApiError when a key is missing or the filter is nested too deep. */
export function createMeter(world: World, params: MeterCreateParams): Meter {
  if (params.aggregation.type !== 'count' && !params.aggregation.key) {
    throw invalidParameters(`aggregation.key is required for the aggregation ${params.aggregation.type}`);
  }
  if (params.filter && filterDepth(params.filter) > MAX_FILTER_DEPTH) {
    throw invalidParameters(`filters may be nested ${MAX_FILTER_DEPTH} deep at most`);
  }
  const now = isoTime(world.clock.now());
  const resource: Meter = {
    id: world.newId('mtr'),
    business_id: world.businessId,
    name: params.name,
    description: params.description ?? null,
    event_name: params.event_name,
    measurement_unit: params.measurement_unit,
    aggregation: params.aggregation,
    filter: params.filter ?? null,
    created_at: now,
    updated_at: now,
  };
  world.store.meters.set(resource.id, { resource, archived: false });
  return resource;
}

/** The meter's record, archived or not. Throws DodoApiError 404. */
export function findMeter(world: World, id: string): MeterRecord {
  const record = world.store.meters.get(id);
  if (record === undefined) throw notFound('Meter', id);
  return record;
}

type EventMetadata = EventInput['metadata'];

/** Whether an event counts for a meter: the exact event name, and the filter if there is one. */
export function meterMatches(meter: Meter, event: { event_name: string; metadata?: EventMetadata }): boolean {
  if (event.event_name !== meter.event_name) return false;
  return !meter.filter || filterMatches(meter.filter, event.metadata ?? {});
}

/**
 * The units of one worker run, in 10^-10 units. Only JSON numbers count: the vendor's guides ask for `150`, not `"150"`.
 * `max` and `last` look at the events of this run only.
 */
export function aggregate(meter: Meter, metadata: readonly EventMetadata[]): bigint {
  const { type, key } = meter.aggregation;
  if (type === 'count') return amountFromNumber(metadata.length);
  const values = metadata.flatMap((one) => {
    const value = one?.[key ?? ''];
    return typeof value === 'number' && value > 0 ? [amountFromNumber(value)] : [];
  });
  if (type === 'sum') return values.reduce((sum, value) => sum + value, 0n);
  if (type === 'max') return values.toSorted((a, b) => (a < b ? -1 : 1)).at(-1) ?? 0n;
  return values.at(-1) ?? 0n;
}

type Condition = { key: string; operator: string; value: string | number | boolean };
type Clause = Condition | MeterFilter;

function filterDepth(filter: MeterFilter): number {
  const clauses: readonly Clause[] = filter.clauses;
  return 1 + Math.max(0, ...clauses.map((clause) => ('clauses' in clause ? filterDepth(clause) : 0)));
}

function filterMatches(filter: MeterFilter, metadata: NonNullable<EventMetadata>): boolean {
  const clauses: readonly Clause[] = filter.clauses;
  const holds = (clause: Clause) =>
    'clauses' in clause ? filterMatches(clause, metadata) : conditionHolds(clause, metadata[clause.key]);
  return filter.conjunction === 'and' ? clauses.every(holds) : clauses.some(holds);
}

function conditionHolds(condition: Condition, actual: string | number | boolean | undefined): boolean {
  const { operator, value } = condition;
  if (operator === 'not_equals') return actual !== value;
  if (operator === 'does_not_contain') return !String(actual ?? '').includes(String(value));
  if (actual === undefined) return false;
  if (operator === 'equals') return actual === value;
  if (operator === 'contains') return String(actual).includes(String(value));
  const [left, right] = [Number(actual), Number(value)];
  if (operator === 'greater_than') return left > right;
  if (operator === 'greater_than_or_equals') return left >= right;
  if (operator === 'less_than') return left < right;
  return operator === 'less_than_or_equals' && left <= right;
}
