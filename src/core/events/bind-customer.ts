import type { Account } from '../account/account.ts';
import { type BindingClash, checkPurchase, decideBinding, type Purchase } from '../account/binding.ts';
import { noticeId, noticeRow } from '../account/notice.ts';
import type { Moment, Rules } from '../account/rules.ts';
import { readCheckout } from '../buying/checkout-signature.ts';
import type { Billing, BillingEvent } from '../dodo/billing.ts';
import type { Secrets } from '../secrets.ts';
import { DAY } from '../time.ts';
import type { Customers } from '../wallets/customers.ts';
import type { Wallets } from '../wallets/wallets.ts';

export type BindOutcome =
  | { kind: 'bound'; accountId: string }
  /** This event says nothing of whose customer it is, or somebody is binding it at this moment. */
  | { kind: 'not_yet' }
  | { kind: 'clash'; why: BindingClash | 'forged_metadata' };

/** Makes a new customer an account's, where the event is a purchase through a checkout that we signed for it. */
export type BindCustomer = (
  event: Exclude<BillingEvent, { kind: 'ignored' }>,
  customerId: string,
) => Promise<BindOutcome>;

export interface BindCustomerDeps {
  billing: Pick<Billing, 'customerCreatedAt' | 'sessionCreatedAt'>;
  wallets: Wallets;
  customers: Customers;
  secrets: Secrets;
  rules: Rules;
  moment(): Moment;
  /** Webhooks that wait for this customer can be applied now. */
  onBound(customerId: string): Promise<void>;
}

/** Sent when a subscription begins to run or was paid again; its body may already show what became of it since. */
const PAID = new Set(['subscription.active', 'subscription.renewed']);

/** The products that an event shows as bought and paid; none for every other event. */
function productsBought(event: Exclude<BillingEvent, { kind: 'ignored' }>): string[] {
  if (event.kind === 'subscription') {
    const isPaid = event.subscription.status === 'active' || PAID.has(event.type);
    return isPaid ? [event.subscription.productId] : [];
  }
  if (event.kind === 'payment' && event.payment.status === 'succeeded') {
    return event.payment.products.map((product) => product.productId);
  }
  return [];
}

/** Events of a purchase itself come within a day of it. */
const PURCHASE_DAY = DAY;

/** A later event of a subscription may show the plan that it was changed to: an earlier one tells what was bought. */
function mayHaveChangedPlan(event: Exclude<BillingEvent, { kind: 'ignored' }>): boolean {
  if (event.kind !== 'subscription') return false;
  return !PAID.has(event.type) || event.at - event.subscription.createdAt > PURCHASE_DAY;
}

export function createBindCustomer(deps: BindCustomerDeps): BindCustomer {
  const { wallets, customers, rules } = deps;

  async function clash(accountId: string, customerId: string, why: BindingClash): Promise<BindOutcome> {
    const key = `told:clash:${customerId}`;
    await wallets.run(accountId, [key], (account, seen) => {
      if (account === null || seen.has(key)) return { account: null, reply: undefined };
      const { now } = deps.moment();
      const id = noticeId(rules.hash, key);
      return {
        account,
        reply: undefined,
        seen: [{ key, expiresAt: now + 400 * DAY }],
        rows: [noticeRow(account, { kind: 'payment_not_joined' }, id, now)],
        records: [
          { kind: 'alert', id: key, at: now, body: { what: 'customer_not_bound', why, accountId, customerId } },
        ],
      };
    });
    return { kind: 'clash', why };
  }

  return async (event, customerId) => {
    const productIds = productsBought(event);
    if (productIds.length === 0) return { kind: 'not_yet' };
    const signed = readCheckout(deps.secrets, event.metadata);
    if (signed === 'absent') return { kind: 'not_yet' };
    if (signed === 'forged') return { kind: 'clash', why: 'forged_metadata' };
    const { accountId, nonce } = signed;
    const purchase: Purchase = { customerId, nonce, productIds };

    const account = await wallets.read(accountId);
    if (account === null) return { kind: 'clash', why: 'checkout_not_open' };
    // A purchase makes several events; another of them has bound the customer and used the nonce up meanwhile.
    if (account.customerId === customerId) return { kind: 'bound', accountId };
    const checked = checkPurchase(account, purchase, rules.catalogue);
    if ('clash' in checked) {
      if (checked.clash === 'another_product_was_bought' && mayHaveChangedPlan(event)) return { kind: 'not_yet' };
      return clash(accountId, customerId, checked.clash);
    }
    if (await isOlderThanCheckout(deps.billing, checked.checkout, customerId)) {
      return clash(accountId, customerId, 'customer_is_older_than_checkout');
    }

    const owner = await customers.claim(customerId, accountId);
    if (owner.kind === 'nobody' || (owner.kind === 'being_bound' && owner.accountId !== accountId)) {
      return { kind: 'not_yet' };
    }
    if (owner.accountId !== accountId) return clash(accountId, customerId, 'customer_is_bound_elsewhere');
    const decided = await wallets.run(accountId, [], (current) => {
      if (current === null) return { account: null, reply: { clash: 'checkout_not_open' as const } };
      return current.customerId === customerId
        ? { account: null, reply: { clash: null } }
        : decideBinding(current, purchase, rules.catalogue, deps.moment().now);
    });
    if (decided.clash !== null) return clash(accountId, customerId, decided.clash);
    await deps.onBound(customerId);
    return { kind: 'bound', accountId };
  };
}

/** Both times are Dodo's. A session that Dodo has not told us of (we crashed in between) proves nothing: not bound. */
async function isOlderThanCheckout(
  billing: BindCustomerDeps['billing'],
  checkout: Account['checkouts'][number],
  customerId: string,
): Promise<boolean> {
  if (checkout.session === null) return true;
  const [customerAt, sessionAt] = await Promise.all([
    billing.customerCreatedAt(customerId),
    billing.sessionCreatedAt(checkout.session.id),
  ]);
  return customerAt < sessionAt;
}
