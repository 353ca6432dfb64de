import type { EventInput, UsageEventIngestParams } from 'dodopayments/resources';
import { DodoApiError, notFound } from '../errors.ts';
import { ingestEvents } from '../events.ts';
import { meterMatches } from '../meters.ts';
import { newestFirst, param, type Route, readBody, readDate, within } from '../routing.ts';
import type { World } from '../world.ts';
import { ingestBody } from './schemas.ts';

/** https://docs.dodopayments.com/api-reference/usage-events */
export function eventRoutes(world: World): Route[] {
  return [
    {
      method: 'POST',
      path: '/events/ingest',
      handle: ({ body }) => {
        const { events } = readBody<UsageEventIngestParams>(ingestBody, body);
        return { status: 200, body: { ingested_count: ingestEvents(world, events) } };
      },
    },
    {
      method: 'GET',
      path: '/events',
      handle: ({ query }) => {
        const from = readDate(query, 'start');
        const to = readDate(query, 'end');
        const meter = query.meter_id === undefined ? undefined : world.store.meters.get(query.meter_id)?.resource;
        if (query.meter_id !== undefined && meter === undefined) throw notFound('Meter', query.meter_id);
        if (meter !== undefined && query.event_name !== undefined && query.event_name !== meter.event_name) {
          throw new DodoApiError(400, 'INVALID_REQUEST_PARAMETERS', "event_name differs from the meter's event name");
        }
        const matching = [...world.store.events.values()]
          .map((record) => record.event)
          .filter(
            (event: EventInput & { timestamp: string }) =>
              (query.customer_id === undefined || event.customer_id === query.customer_id) &&
              (query.event_name === undefined || event.event_name === query.event_name) &&
              (meter === undefined || meterMatches(meter, event)) &&
              within(event.timestamp, from, to),
          );
        return { status: 200, body: newestFirst(matching, query) };
      },
    },
    {
      method: 'GET',
      path: '/events/{event_id}',
      handle: (request) => {
        const id = param(request, 'event_id');
        const record = world.store.events.get(id);
        if (record === undefined) throw notFound('Event', id);
        return { status: 200, body: record.event };
      },
    },
  ];
}
