import { type Catalogue, productIdOf } from '../catalogue.ts';
import type { Millis } from '../time.ts';
import type { Account, Checkout } from './account.ts';
import { customerNoteRows } from './customer-note.ts';
import type { Decision } from './decision.ts';
import { requestReconcile } from './reconcile.ts';

/** Why a customer is not bound to the account that the checkout was signed for. */
export type BindingClash =
  | 'account_has_another_customer'
  | 'checkout_not_open'
  | 'another_product_was_bought'
  | 'customer_is_older_than_checkout'
  | 'customer_is_bound_elsewhere';

/** What was bought, and by whom: the facts of the event that may bind. */
export interface Purchase {
  customerId: string;
  nonce: string;
  productIds: readonly string[];
}

/**
 * Whether a purchase may make its customer this account's: the nonce must be among the account's open checkouts, the
 * product the signed one, and the account without a customer. Changes nothing.
 */
export function checkPurchase(
  account: Account,
  purchase: Purchase,
  catalogue: Catalogue,
): { checkout: Checkout } | { clash: BindingClash } {
  if (account.customerId !== null && account.customerId !== purchase.customerId) {
    return { clash: 'account_has_another_customer' };
  }
  const checkout = account.checkouts.find((open) => open.nonce === purchase.nonce);
  if (checkout === undefined) return { clash: 'checkout_not_open' };
  const productId = productIdOf(catalogue, checkout.product);
  if (productId === null || !purchase.productIds.includes(productId)) {
    return { clash: 'another_product_was_bought' };
  }
  return { checkout };
}

/** Binds, for ever: the nonce is used up and the ledger is to be read for the first time. */
export function decideBinding(
  account: Account,
  purchase: Purchase,
  catalogue: Catalogue,
  now: Millis,
): Decision<{ clash: BindingClash | null }> {
  const checked = checkPurchase(account, purchase, catalogue);
  if ('clash' in checked) return { account: null, reply: { clash: checked.clash } };
  const bound: Account = {
    ...account,
    customerId: purchase.customerId,
    buyer: checked.checkout.buyer,
    checkouts: account.checkouts.filter((open) => open !== checked.checkout),
  };
  const next = requestReconcile(bound, 'first_contact', now, now);
  return {
    account: next.account,
    reply: { clash: null },
    rows: [...next.rows, ...customerNoteRows(bound, now)],
    records: [
      {
        kind: 'audit',
        id: `bound:${purchase.customerId}`,
        at: now,
        body: { what: 'customer_bound', accountId: account.id, customerId: purchase.customerId },
      },
    ],
  };
}
