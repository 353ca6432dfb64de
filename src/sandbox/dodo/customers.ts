import type { Customer, CustomerCreateParams } from 'dodopayments/resources';
import { isoTime } from './clock.ts';
import { notFound } from './errors.ts';
import type { World } from './world.ts';

/** Makes a customer; a second one with the same e-mail is allowed here (joining happens at checkout). */
export function createCustomer(world: World, params: CustomerCreateParams): Customer {
  const customer: Customer = {
    customer_id: world.newId('cus'),
    business_id: world.businessId,
    email: params.email,
    name: params.name,
    phone_number: params.phone_number ?? null,
    metadata: params.metadata ?? {},
    created_at: isoTime(world.clock.now()),
  };
  world.store.customers.set(customer.customer_id, customer);
  return customer;
}

/** Throws DodoApiError 404. */
export function findCustomer(world: World, id: string): Customer {
  const customer = world.store.customers.get(id);
  if (customer === undefined) throw notFound('Customer', id);
  return customer;
}

/** The oldest customer with this e-mail, upper and lower case being the same. */
export function customerByEmail(world: World, email: string): Customer | undefined {
  const wanted = email.trim().toLowerCase();
  return [...world.store.customers.values()].find((customer) => customer.email.toLowerCase() === wanted);
}
