import type {
  Customer,
  CustomerCreateParams,
  CustomerListCreditEntitlementsResponse,
  CustomerUpdateParams,
} from 'dodopayments/resources';
import { formatAmount } from '../amount.ts';
import { createCustomer, findCustomer } from '../customers.ts';
import { figure } from '../figures.ts';
import { openPortal } from '../portal.ts';
import { newestFirst, param, type Route, readBody, readDate, within } from '../routing.ts';
import type { World } from '../world.ts';
import { createCustomerBody, updateCustomerBody } from './schemas.ts';

/** https://docs.dodopayments.com/api-reference/customers */
export function customerRoutes(world: World): Route[] {
  const { customers } = world.store;
  return [
    {
      method: 'POST',
      path: '/customers',
      handle: ({ body }) => ({
        status: 200,
        body: createCustomer(world, readBody<CustomerCreateParams>(createCustomerBody, body)),
      }),
    },
    {
      method: 'GET',
      path: '/customers',
      handle: ({ query }) => {
        const from = readDate(query, 'created_at_gte');
        const to = readDate(query, 'created_at_lte');
        const { email, name } = query;
        const matching = [...customers.values()].filter(
          (customer) =>
            (email === undefined || customer.email.toLowerCase() === email.toLowerCase()) &&
            (name === undefined || customer.name.toLowerCase().includes(name.toLowerCase())) &&
            within(customer.created_at, from, to),
        );
        return { status: 200, body: newestFirst(matching, query) };
      },
    },
    {
      method: 'GET',
      path: '/customers/{customer_id}',
      handle: (request) => ({ status: 200, body: findCustomer(world, param(request, 'customer_id')) }),
    },
    {
      method: 'PATCH',
      path: '/customers/{customer_id}',
      handle: (request) => {
        const current = findCustomer(world, param(request, 'customer_id'));
        const params = readBody<CustomerUpdateParams>(updateCustomerBody, request.body);
        const changed: Customer = {
          ...current,
          email: params.email ?? current.email,
          name: params.name ?? current.name,
          phone_number: params.phone_number === undefined ? (current.phone_number ?? null) : params.phone_number,
          metadata: params.metadata ?? current.metadata ?? {},
        };
        customers.set(changed.customer_id, changed);
        return { status: 200, body: changed };
      },
    },
    {
      method: 'GET',
      path: '/customers/{customer_id}/credit-entitlements',
      handle: (request) => {
        const { customer_id: id } = findCustomer(world, param(request, 'customer_id'));
        const items = world.store.walletsOf(id).flatMap((wallet) => {
          const entitlement = world.store.entitlements.get(wallet.entitlementId)?.resource;
          if (entitlement === undefined) return [];
          return [
            {
              credit_entitlement_id: entitlement.id,
              name: entitlement.name,
              description: entitlement.description ?? null,
              unit: entitlement.unit,
              balance: figure(world, formatAmount(wallet.balance)),
              overage: figure(world, formatAmount(wallet.overage)),
            },
          ];
        });
        const body: CustomerListCreditEntitlementsResponse = { items };
        return { status: 200, body };
      },
    },
    {
      method: 'POST',
      path: '/customers/{customer_id}/customer-portal/session',
      handle: (request) => {
        const customer = findCustomer(world, param(request, 'customer_id'));
        const { link } = openPortal(world, customer.customer_id, request.query.return_url ?? null);
        return { status: 200, body: { link } };
      },
    },
  ];
}
