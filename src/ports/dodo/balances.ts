import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import type { CustomerBalance } from '../../core/dodo/billing.ts';
import type { Calls } from './calls.ts';
import { readPage } from './pages.ts';
import { amount, id, instant, optionalInstant } from './shapes.ts';

interface BalancesPort {
  client: DodoPayments;
  calls: Calls;
  entitlementId: string;
}

const balance = z
  .object({
    id,
    customer_id: id,
    balance: amount,
    overage: amount,
    last_transaction_at: optionalInstant,
    created_at: instant,
  })
  .transform((told): CustomerBalance & { id: string } => ({
    id: told.id,
    customerId: told.customer_id,
    balance: told.balance,
    overage: told.overage,
    lastTransactionAt: told.last_transaction_at,
    createdAt: told.created_at,
  }));

/**
 * One page of the balances of our entitlement, over all customers
 * (https://docs.dodopayments.com/api-reference/credit-entitlements, "list balances").
 * @param page counted from 0; 100 to a page
 * @throws BillingError
 */
export function readBalances(port: BalancesPort, page: number): Promise<CustomerBalance[]> {
  const listing = {
    name: 'list the balances',
    share: 'reconcile' as const,
    item: balance,
    send: (query: { page_number: number; page_size: number }) =>
      port.client.creditEntitlements.balances.list(port.entitlementId, query),
  };
  return readPage(port.calls, listing, page);
}
