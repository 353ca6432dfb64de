import type { MeterCreateParams } from 'dodopayments/resources';
import { DodoApiError } from '../errors.ts';
import { createMeter, findMeter } from '../meters.ts';
import { newestFirst, param, type Route, readBody, readFlag } from '../routing.ts';
import type { World } from '../world.ts';
import { createMeterBody } from './schemas.ts';

/** https://docs.dodopayments.com/api-reference/meters */
export function meterRoutes(world: World): Route[] {
  return [
    {
      method: 'POST',
      path: '/meters',
      handle: ({ body }) => ({
        status: 201,
        body: createMeter(world, readBody<MeterCreateParams>(createMeterBody, body)),
      }),
    },
    {
      method: 'GET',
      path: '/meters',
      handle: ({ query }) => {
        const archived = readFlag(query, 'archived') ?? false;
        const matching = [...world.store.meters.values()].filter((record) => record.archived === archived);
        return {
          status: 200,
          body: newestFirst(
            matching.map((record) => record.resource),
            query,
          ),
        };
      },
    },
    {
      method: 'GET',
      path: '/meters/{id}',
      handle: (request) => ({ status: 200, body: findMeter(world, param(request, 'id')).resource }),
    },
    {
      method: 'DELETE',
      path: '/meters/{id}',
      handle: (request) => {
        findMeter(world, param(request, 'id')).archived = true;
        return { status: 204 };
      },
    },
    {
      method: 'POST',
      path: '/meters/{id}/unarchive',
      handle: (request) => {
        const record = world.store.meters.get(param(request, 'id'));
        // The API reference knows only 200 and 500 here.
        if (!record?.archived) throw new DodoApiError(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong :(');
        record.archived = false;
        return { status: 200 };
      },
    },
  ];
}
