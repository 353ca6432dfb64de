import type { Moment, Rules } from '../core/account/rules.ts';
import { type ApplyPayment, createApplyPayment } from '../core/buying/apply-payment.ts';
import { createReadLedger, type ReadLedger } from '../core/dodo/read-ledger.ts';
import { type ApplyEvent, createApplyEvent, waitingFor } from '../core/events/apply-event.ts';
import { createBindCustomer } from '../core/events/bind-customer.ts';
import type { Topic } from '../core/store.ts';
import { type Customers, createCustomers } from '../core/wallets/customers.ts';
import type { Wallets } from '../core/wallets/wallets.ts';
import type { Outside } from './outside.ts';

/** How what Dodo tells, or is asked for, reaches the accounts. */
export interface BillingEvents {
  customers: Customers;
  applyEvent: ApplyEvent;
  applyPayment: ApplyPayment;
  readLedger: ReadLedger;
}

/** @param onRows rows of these topics can be worked on now */
export function createBillingEvents(
  { store, clock, secrets, billing, identity }: Outside,
  { wallets, rules, moment }: { wallets: Wallets; rules: Rules; moment(): Moment },
  onRows: (topics: ReadonlySet<Topic>) => void,
): BillingEvents {
  const customers = createCustomers({ store, wallets, clock });
  const readLedger = createReadLedger({ wallets, billing, rules, moment });
  const bindCustomer = createBindCustomer({
    billing,
    wallets,
    customers,
    secrets,
    rules,
    moment,
    async onBound(customerId) {
      await store.wake(waitingFor(customerId), clock());
      onRows(new Set(['inbox']));
    },
  });
  const applyEvent = createApplyEvent({
    store,
    wallets,
    customers,
    bindCustomer,
    billing,
    rules,
    moment,
    businessId: () => identity.known('dodo_business_id'),
  });
  return { customers, applyEvent, applyPayment: createApplyPayment({ billing, applyEvent }), readLedger };
}
