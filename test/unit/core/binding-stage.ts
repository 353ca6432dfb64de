import { type Account, newAccount } from '../../../src/core/account/account.ts';
import { decideCheckout, decideCheckoutOpened } from '../../../src/core/account/checkout.ts';
import { signCheckout } from '../../../src/core/buying/checkout-signature.ts';
import type { ProductKey } from '../../../src/core/catalogue.ts';
import type { ChatUser } from '../../../src/core/chat/chat.ts';
import { BillingError, type BillingEvent, type Metadata } from '../../../src/core/dodo/billing.ts';
import { createApplyEvent, type EventOutcome } from '../../../src/core/events/apply-event.ts';
import { type BindCustomer, createBindCustomer } from '../../../src/core/events/bind-customer.ts';
import { type Customers, createCustomers } from '../../../src/core/wallets/customers.ts';
import type { Wallets } from '../../../src/core/wallets/wallets.ts';
import { createSecrets } from '../../../src/ports/crypto/secrets.ts';
import { DODO_NOW, rulesOf } from '../account/bench.ts';
import type { Stage } from './stage.ts';

/** Everything between a verified webhook and an account, on a real store; Dodo's two answers are the test's to give. */
export interface BindingStage {
  wallets: Wallets;
  customers: Customers;
  bindCustomer: BindCustomer;
  /** When Dodo says that a customer was made, on its clock; the sessions were made at DODO_NOW. */
  customersMadeAt: Map<string, number>;
  bound: string[];
  apply(event: BillingEvent): Promise<EventOutcome>;
  /** A member opens a checkout. @returns the metadata that Dodo will pass through */
  openCheckout(
    accountId: string,
    by: ChatUser,
    product: ProductKey,
    options?: { answered?: boolean },
  ): Promise<Metadata>;
  account(accountId: string): Promise<Account>;
}

export const secrets = createSecrets({ current: 'a secret of more than thirty-two characters' });

export function createBindingStage(
  stage: Stage,
  parts: { customers?: (real: Customers) => Customers } = {},
): BindingStage {
  const rules = rulesOf();
  const wallets = stage.wallets();
  const real = createCustomers({ store: stage.store, wallets, clock: stage.clock });
  const customers = parts.customers?.(real) ?? real;
  const moment = () => ({ now: stage.now, dodoNow: DODO_NOW });
  const customersMadeAt = new Map<string, number>();
  const bound: string[] = [];
  let nonces = 0;
  const bindCustomer = createBindCustomer({
    billing: {
      customerCreatedAt: async (id) => customersMadeAt.get(id) ?? DODO_NOW,
      sessionCreatedAt: async () => DODO_NOW,
    },
    wallets,
    customers,
    secrets,
    rules,
    moment,
    onBound: async (customerId) => {
      bound.push(customerId);
    },
  });
  const apply = createApplyEvent({
    store: stage.store,
    wallets,
    customers,
    bindCustomer,
    billing: {
      payment: async (id) => {
        throw new BillingError('refused', `no payment ${id}`, { status: 404 });
      },
    },
    rules,
    moment,
    businessId: () => 'bus_1',
  });
  return {
    wallets,
    customers,
    bindCustomer,
    customersMadeAt,
    bound,
    apply,
    async openCheckout(accountId, by, product, { answered = true } = {}) {
      nonces += 1;
      const nonce = `nonce${nonces}`;
      await wallets.run(accountId, [], (account) => {
        const wish = { product, quantity: 1, buyer: by, nonce };
        return decideCheckout(account ?? newAccount(accountId, by, stage.now), wish, rules, stage.now);
      });
      if (answered) {
        await wallets.run(accountId, [], (account) => {
          if (account === null) throw new Error('expected the account to be there');
          return decideCheckoutOpened(account, nonce, { id: `cks_${nonce}`, url: `https://pay.test/${nonce}` });
        });
      }
      return signCheckout(secrets, { accountId, nonce, product });
    },
    async account(accountId) {
      const account = await wallets.read(accountId);
      if (account === null) throw new Error(`expected account ${accountId}`);
      return account;
    },
  };
}

const envelope = { at: DODO_NOW, businessId: 'bus_1' };

export function paid(customerId: string, metadata: Metadata, productId = 'pdt_topup') {
  return {
    ...envelope,
    kind: 'payment',
    type: 'payment.succeeded',
    metadata,
    payment: {
      id: `pay_${customerId}`,
      customerId,
      status: 'succeeded',
      amountCents: 1_900,
      currency: 'USD',
      subscriptionId: null,
      products: [{ productId, quantity: 1 }],
      errorMessage: null as string | null,
      sessionId: null as string | null,
    },
  } satisfies BillingEvent;
}

export function subscribed(customerId: string, metadata: Metadata, status = 'active') {
  return {
    ...envelope,
    kind: 'subscription',
    type: status === 'active' ? 'subscription.active' : 'subscription.updated',
    metadata,
    subscription: {
      id: `sub_${customerId}`,
      customerId,
      productId: 'pdt_starter',
      status,
      createdAt: DODO_NOW,
      cycleStartedAt: null,
      nextBillingAt: null,
      endsAtPeriodEnd: false,
      scheduledChange: null,
      overage: null,
    },
  } satisfies BillingEvent;
}
