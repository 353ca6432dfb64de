import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import type { Millis } from '../../core/time.ts';
import type { Calls } from './calls.ts';
import { instant } from './shapes.ts';

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
