import { z } from 'zod';
import type { EntitlementSetup, Standing } from '../../../core/setup/setup.ts';
import { type PageQuery, readAllPages } from '../pages.ts';
import { id, optionalAmount } from '../shapes.ts';
import { type SetupCalls, SHARE } from './setup-calls.ts';

const entitlement = z
  .object({
    id,
    name: z.string(),
    unit: z.string(),
    precision: z.number(),
    expires_after_days: optionalAmount,
    rollover_enabled: z.boolean(),
    overage_enabled: z.boolean(),
  })
  .transform(
    (told): Standing<EntitlementSetup> => ({
      id: told.id,
      setup: {
        name: told.name,
        unit: told.unit,
        precision: told.precision,
        expiresAfterDays: told.expires_after_days,
        rollover: told.rollover_enabled,
        overage: told.overage_enabled,
      },
    }),
  );

function bodyOf(setup: EntitlementSetup) {
  return {
    name: setup.name,
    unit: setup.unit,
    expires_after_days: setup.expiresAfterDays,
    rollover_enabled: setup.rollover,
    overage_enabled: setup.overage,
  };
}

/** Deleted ones are not told (https://docs.dodopayments.com/api-reference/credit-entitlements). Throws BillingError. */
export function listEntitlements({ client, calls }: SetupCalls): Promise<Standing<EntitlementSetup>[]> {
  return readAllPages(calls, {
    name: 'list the credit entitlements',
    share: SHARE,
    item: entitlement,
    send: (page: PageQuery) => client.creditEntitlements.list({ ...page, deleted: false }),
  });
}

/** @returns its id. Throws BillingError. */
export async function createEntitlement({ client, calls }: SetupCalls, setup: EntitlementSetup): Promise<string> {
  const made = await calls.once({
    name: 'create the credit entitlement',
    share: SHARE,
    answer: z.object({ id }),
    send: () => client.creditEntitlements.create({ ...bodyOf(setup), precision: setup.precision }),
  });
  return made.id;
}

/** All but the precision, which Dodo does not change. Throws BillingError. */
export async function updateEntitlement(
  { client, calls }: SetupCalls,
  entitlementId: string,
  setup: EntitlementSetup,
): Promise<void> {
  await calls.once({
    name: 'change the credit entitlement',
    share: SHARE,
    answer: z.unknown(),
    send: () => client.creditEntitlements.update(entitlementId, bodyOf(setup)),
  });
}
