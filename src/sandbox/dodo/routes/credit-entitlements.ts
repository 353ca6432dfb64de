import type { CreditEntitlementCreateParams, CreditEntitlementUpdateParams } from 'dodopayments/resources';
import { createEntitlement, findEntitlement, updateEntitlement } from '../entitlements.ts';
import { DodoApiError } from '../errors.ts';
import { newestFirst, param, type Route, readBody, readFlag } from '../routing.ts';
import type { World } from '../world.ts';
import { createEntitlementBody, updateEntitlementBody } from './schemas.ts';

/** https://docs.dodopayments.com/api-reference/credit-entitlements */
export function creditEntitlementRoutes(world: World): Route[] {
  const { entitlements } = world.store;
  return [
    {
      method: 'POST',
      path: '/credit-entitlements',
      handle: ({ body }) => ({
        status: 201,
        body: createEntitlement(world, readBody<CreditEntitlementCreateParams>(createEntitlementBody, body)),
      }),
    },
    {
      method: 'GET',
      path: '/credit-entitlements',
      handle: ({ query }) => {
        const deleted = readFlag(query, 'deleted') ?? false;
        const matching = [...entitlements.values()].filter((record) => record.deleted === deleted);
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
      path: '/credit-entitlements/{id}',
      handle: (request) => ({ status: 200, body: findEntitlement(world, param(request, 'id')) }),
    },
    {
      method: 'PATCH',
      path: '/credit-entitlements/{id}',
      handle: (request) => {
        const params = readBody<CreditEntitlementUpdateParams>(updateEntitlementBody, request.body);
        updateEntitlement(world, param(request, 'id'), params);
        return { status: 200 };
      },
    },
    {
      method: 'DELETE',
      path: '/credit-entitlements/{id}',
      handle: (request) => {
        const id = param(request, 'id');
        const record = entitlements.get(id);
        if (record?.deleted) {
          throw new DodoApiError(410, 'CREDIT_ENTITLEMENT_IS_DELETED', `Credit entitlement ${id} is deleted`);
        }
        entitlements.set(id, { resource: findEntitlement(world, id), deleted: true });
        return { status: 200 };
      },
    },
    {
      method: 'POST',
      path: '/credit-entitlements/{id}/undelete',
      handle: (request) => {
        const record = entitlements.get(param(request, 'id'));
        // The API reference knows only 200 and 500 here.
        if (!record?.deleted) throw new DodoApiError(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong :(');
        record.deleted = false;
        return { status: 200 };
      },
    },
  ];
}
