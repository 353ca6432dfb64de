import { z } from 'zod';
import type { MeterSetup, Standing } from '../../../core/setup/setup.ts';
import { type PageQuery, readAllPages } from '../pages.ts';
import { id, optionalText } from '../shapes.ts';
import { type SetupCalls, SHARE } from './setup-calls.ts';

const aggregationType = z.enum(['count', 'sum', 'max', 'last']);

const meter = z
  .object({
    id,
    name: z.string(),
    event_name: z.string(),
    measurement_unit: z.string(),
    aggregation: z.object({ type: z.string(), key: optionalText }),
    filter: z.unknown(),
  })
  .transform(
    (told): Standing<MeterSetup> => ({
      id: told.id,
      setup: {
        name: told.name,
        eventName: told.event_name,
        aggregation: told.aggregation.type,
        over: told.aggregation.key,
        unit: told.measurement_unit,
        filtered: told.filter !== null && told.filter !== undefined,
      },
    }),
  );

/** Archived ones are not told (https://docs.dodopayments.com/api-reference/meters). Throws BillingError. */
export function listMeters({ client, calls }: SetupCalls): Promise<Standing<MeterSetup>[]> {
  return readAllPages(calls, {
    name: 'list the meters',
    share: SHARE,
    item: meter,
    send: (page: PageQuery) => client.meters.list({ ...page, archived: false }),
  });
}

/** @returns its id. Throws BillingError. */
export async function createMeter({ client, calls }: SetupCalls, setup: MeterSetup): Promise<string> {
  const made = await calls.once({
    name: 'create the meter',
    share: SHARE,
    answer: z.object({ id }),
    send: () =>
      client.meters.create({
        name: setup.name,
        event_name: setup.eventName,
        measurement_unit: setup.unit,
        aggregation: { type: aggregationType.parse(setup.aggregation), key: setup.over },
      }),
  });
  return made.id;
}
