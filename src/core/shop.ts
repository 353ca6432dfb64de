import { type CheckoutReply, decideCheckout, decideCheckoutOpened } from './account/checkout.ts';
import type { Rules } from './account/rules.ts';
import type { AccountsOfUsers } from './accounts-of-users.ts';
import type { Billing, CheckoutSession } from './billing.ts';
import { type ProductKey, productIdOf } from './catalogue.ts';
import type { ChatUser } from './chat.ts';
import { signCheckout } from './checkout-signature.ts';
import type { Secrets } from './secrets.ts';
import type { Clock } from './time.ts';
import type { Wallets } from './wallets.ts';

export type CheckoutOffer =
  /** `again`: the session that was opened before, still to be paid. */
  { kind: 'link'; url: string; again: boolean } | Exclude<CheckoutReply, { kind: 'create' | 'same' }>;

/** Where members buy, and manage what they bought. */
export interface Shop {
  /** Throws BillingError when Dodo makes no session; nothing is left open then. */
  checkout(by: ChatUser, product: ProductKey, quantity: number): Promise<CheckoutOffer>;
  /** A link to Dodo's customer portal, a secret of the member; null: never bought anything. Throws BillingError. */
  portal(by: ChatUser): Promise<string | null>;
}

export interface ShopDeps {
  wallets: Wallets;
  users: AccountsOfUsers;
  billing: Pick<Billing, 'createCheckout' | 'portalLink'>;
  secrets: Secrets;
  rules: Rules;
  clock: Clock;
  newNonce(): string;
  returnUrl: string;
}

export function createShop(deps: ShopDeps): Shop {
  const { wallets, billing, rules } = deps;

  async function openSession(
    accountId: string,
    wish: { product: ProductKey; quantity: number; nonce: string },
    customerId: string | null,
  ): Promise<CheckoutSession> {
    const note = (session: CheckoutSession | null) =>
      wallets.run(accountId, [], (account) => {
        if (account === null) throw new Error(`expected account ${accountId} of a checkout, found none`);
        return decideCheckoutOpened(account, wish.nonce, session);
      });
    try {
      const session = await billing.createCheckout({
        productId: productIdOf(rules.catalogue, wish.product),
        quantity: wish.quantity,
        customerId,
        metadata: signCheckout(deps.secrets, { accountId, nonce: wish.nonce, product: wish.product }),
        returnUrl: deps.returnUrl,
      });
      await note(session);
      return session;
    } catch (error) {
      await note(null);
      throw error;
    }
  }

  return {
    async checkout(by, product, quantity) {
      const wish = { product, quantity, buyer: by, nonce: deps.newNonce() };
      const { accountId, reply } = await deps.users.run(by, [], (account) =>
        decideCheckout(account, wish, rules, deps.clock()),
      );
      if (reply.kind === 'same') return { kind: 'link', url: reply.url, again: true };
      if (reply.kind !== 'create') return reply;
      const session = await openSession(accountId, wish, reply.customerId);
      return { kind: 'link', url: session.url, again: false };
    },
    async portal(by) {
      const account = await deps.users.read(by);
      return account?.customerId == null ? null : billing.portalLink(account.customerId);
    },
  };
}
