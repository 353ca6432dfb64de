import type { EventInput } from 'dodopayments/resources';
import { isoTime } from './clock.ts';
import { DodoApiError } from './errors.ts';
import type { World } from './world.ts';

const MAX_EVENTS = 1000;
const OLDEST_MS = 3_600_000;
const NEWEST_MS = 300_000;
const MAX_PAIRS = 50;
const MAX_KEY = 100;
const MAX_VALUE = 500;

/**
 * Takes usage events, all or none (https://docs.dodopayments.com/api-reference/usage-events/ingest-events).
 * An event id seen before is ignored; whether the vendor counts it is undocumented, here it does not count.
 * @returns how many events are new
 * @throws DodoApiError 400
 */
export function ingestEvents(world: World, events: readonly EventInput[]): number {
  if (events.length < 1 || events.length > MAX_EVENTS) {
    throw refused(`expected 1 to ${MAX_EVENTS} events, got ${events.length}`);
  }
  if (new Set(events.map((event) => event.event_id)).size !== events.length) {
    throw refused('the request names an event_id twice');
  }
  const now = world.clock.now();
  const times = events.map((event) => checkEvent(world, event, now));
  let added = 0;
  events.forEach((input, index) => {
    if (world.store.events.has(input.event_id)) return;
    const event = {
      business_id: world.businessId,
      event_id: input.event_id,
      customer_id: input.customer_id,
      event_name: input.event_name,
      timestamp: isoTime(times[index] ?? now),
      metadata: input.metadata ?? null,
    };
    const record = { event, metered: false };
    world.store.events.set(event.event_id, record);
    world.store.unread.push(record);
    added++;
  });
  return added;
}

function checkEvent(world: World, event: EventInput, now: number): number {
  if (event.event_id === '' || event.event_name === '') throw refused('event_id and event_name must not be empty');
  if (!world.store.customers.has(event.customer_id)) {
    throw refused(`event ${event.event_id}: customer ${event.customer_id} does not exist`);
  }
  const pairs = Object.entries(event.metadata ?? {});
  if (pairs.length > MAX_PAIRS) throw refused(`event ${event.event_id}: more than ${MAX_PAIRS} metadata pairs`);
  for (const [key, value] of pairs) {
    if (key.length > MAX_KEY || String(value).length > MAX_VALUE) {
      throw refused(`event ${event.event_id}: metadata keys take ${MAX_KEY} and values ${MAX_VALUE} characters`);
    }
  }
  if (!event.timestamp) return now;
  const time = Date.parse(event.timestamp);
  if (Number.isNaN(time)) throw refused(`event ${event.event_id}: timestamp is not a date`);
  if (time < now - OLDEST_MS || time > now + NEWEST_MS) {
    throw refused(`event ${event.event_id}: timestamp is more than 1 hour old or more than 5 minutes ahead`);
  }
  return time;
}

function refused(message: string): DodoApiError {
  return new DodoApiError(400, 'INVALID_REQUEST_BODY', message);
}
