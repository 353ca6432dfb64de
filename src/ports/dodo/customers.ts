import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import type { NotedCustomer } from '../../core/dodo/billing.ts';
import type { Millis } from '../../core/time.ts';
import type { Calls } from './calls.ts';
import { type PageQuery, readPage } from './pages.ts';
import { id, instant, metadata } from './shapes.ts';

interface CustomersPort {
  client: DodoPayments;
  calls: Calls;
}

/** @returns when the customer was made, on Dodo's clock @throws BillingError */
export async function customerCreatedAt(port: CustomersPort, customerId: string): Promise<Millis> {
  const found = await port.calls.read({
    name: 'read a customer',
    share: 'member',
    answer: z.object({ created_at: instant }),
    send: () => port.client.customers.retrieve(customerId),
  });
  return found.created_at;
}

/** @returns the address of the customer's portal, which lets whoever has it in for 24 hours @throws BillingError */
export async function portalLink(port: CustomersPort, customerId: string): Promise<string> {
  const made = await port.calls.once({
    name: 'open the customer portal',
    share: 'member',
    answer: z.object({ link: z.url({ protocol: /^https?$/ }) }),
    send: () => port.client.customers.customerPortal.create(customerId),
  });
  return made.link;
}

/**
 * Writes into a customer's metadata. What stands there is read and sent along, since an update without it may drop it
 * (https://docs.dodopayments.com/api-reference/customers/patch-customer does not say).
 * @throws BillingError
 */
export async function noteCustomer(
  port: CustomersPort,
  customerId: string,
  note: Readonly<Record<string, string>>,
): Promise<void> {
  const found = await port.calls.read({
    name: 'read a customer',
    share: 'reconcile',
    answer: z.object({ metadata }),
    send: () => port.client.customers.retrieve(customerId),
  });
  await port.calls.once({
    name: 'write into a customer',
    share: 'reconcile',
    answer: z.object({ customer_id: id }),
    send: () => port.client.customers.update(customerId, { metadata: { ...texts(found.metadata), ...note } }),
  });
}

function texts(values: NotedCustomer['metadata']): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

const customer = z
  .object({ customer_id: id, metadata })
  .transform((told): NotedCustomer => ({ id: told.customer_id, metadata: told.metadata }));

/** @param page counted from 0; 100 to a page @throws BillingError */
export function listCustomers(port: CustomersPort, page: number): Promise<NotedCustomer[]> {
  const listing = {
    name: 'list the customers',
    share: 'reconcile' as const,
    item: customer,
    send: (query: PageQuery) => port.client.customers.list(query),
  };
  return readPage(port.calls, listing, page);
}
