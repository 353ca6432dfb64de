import { type CheckoutReply, decideCheckout, decideCheckoutOpened } from '../account/checkout.ts';
import type { Rules } from '../account/rules.ts';
import { type ProductKey, productIdOf } from '../catalogue.ts';
import type { Billing, Buyer, CheckoutRequest, CheckoutSession } from '../dodo/billing.ts';
import type { Secrets } from '../secrets.ts';
import type { Store } from '../store.ts';
import { type Clock, MINUTE } from '../time.ts';
import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import type { Wallets } from '../wallets/wallets.ts';
import { signCheckout } from './checkout-signature.ts';

export type CheckoutOffer =
  /** `again`: the session that was opened before, still to be paid. */
  { kind: 'link'; url: string; again: boolean } | TooManyLinks | Exclude<CheckoutReply, { kind: 'create' | 'same' }>;

export type PortalOffer = { kind: 'link'; url: string } | { kind: 'nothing_bought' } | TooManyLinks;

/** Each link is a call to Dodo, and a member's only need is the newest. */
export interface TooManyLinks {
  kind: 'too_many_links';
  /** A minute. */
  limit: number;
}

const LINKS_PER_MINUTE = 10;

/** Where members buy, and manage what they bought. */
export interface Shop {
  /** Throws BillingError when Dodo makes no session; nothing is left open then. */
  checkout(by: WalletUser, product: ProductKey, quantity: number): Promise<CheckoutOffer>;
  /**
   * A plan for an account that is made for it.
   * @param returnUrl where the buyer comes back to
   * Throws BillingError.
   */
  subscribeFor(by: WalletUser, plan: ProductKey, buyer: Buyer, returnUrl: string): Promise<CheckoutSession>;
  /** A link to Dodo's customer portal, a secret of the member. Throws BillingError. */
  portal(by: WalletUser): Promise<PortalOffer>;
}

export interface ShopDeps {
  store: Pick<Store, 'increment'>;
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

  /** Only links that come about are counted: who is told that Dodo does not answer may try again. */
  async function withinPace<Made>(
    by: WalletUser,
    make: () => Promise<Made>,
    isNew: (made: Made) => boolean,
  ): Promise<Made | TooManyLinks> {
    const minute = Math.floor(deps.clock() / MINUTE);
    const key = `links:${deps.users.ownId(by)}:${minute}`;
    const count = (links: 1 | -1) => deps.store.increment(key, links, (minute + 2) * MINUTE, deps.clock());
    if ((await count(1)) > LINKS_PER_MINUTE) {
      await count(-1);
      return { kind: 'too_many_links', limit: LINKS_PER_MINUTE };
    }
    let isCounted = false;
    try {
      const made = await make();
      isCounted = isNew(made);
      return made;
    } finally {
      if (!isCounted) await count(-1);
    }
  }

  async function checkout(by: WalletUser, product: ProductKey, quantity: number): Promise<CheckoutOffer> {
    const wish = { product, quantity, buyer: by, nonce: deps.newNonce() };
    const { accountId, reply } = await deps.users.run(by, [], (account) =>
      decideCheckout(account, wish, rules, deps.clock()),
    );
    if (reply.kind === 'same') return { kind: 'link', url: reply.url, again: true };
    if (reply.kind !== 'create') return reply;
    const session = await openSession(accountId, wish, reply.customerId, { returnUrl: deps.returnUrl });
    return { kind: 'link', url: session.url, again: false };
  }

  async function openSession(
    accountId: string,
    wish: { product: ProductKey; quantity: number; nonce: string },
    customerId: string | null,
    page: Pick<CheckoutRequest, 'returnUrl' | 'buyer'>,
  ): Promise<CheckoutSession> {
    const productId = productIdOf(rules.catalogue, wish.product);
    if (productId === null) throw new Error(`expected a product of the catalogue, got "${wish.product}"`);
    const note = (session: CheckoutSession | null) =>
      wallets.run(accountId, [], (account) => {
        if (account === null) throw new Error(`expected account ${accountId} of a checkout, found none`);
        return decideCheckoutOpened(account, wish.nonce, session);
      });
    try {
      const session = await billing.createCheckout({
        productId,
        quantity: wish.quantity,
        customerId,
        metadata: signCheckout(deps.secrets, { accountId, nonce: wish.nonce, product: wish.product }),
        ...page,
      });
      await note(session);
      return session;
    } catch (error) {
      await note(null);
      throw error;
    }
  }

  return {
    checkout: (by, product, quantity) =>
      withinPace(
        by,
        () => checkout(by, product, quantity),
        (offer) => offer.kind === 'link' && !offer.again,
      ),
    async subscribeFor(by, plan, buyer, returnUrl) {
      const wish = { product: plan, quantity: 1, buyer: by, nonce: deps.newNonce() };
      const { accountId, reply } = await deps.users.run(by, [], (account) =>
        decideCheckout(account, wish, rules, deps.clock()),
      );
      if (reply.kind !== 'create') throw new Error(`expected a new account to get a checkout, got ${reply.kind}`);
      return openSession(accountId, wish, reply.customerId, { returnUrl, buyer });
    },
    async portal(by) {
      const customerId = (await deps.users.read(by))?.customerId ?? null;
      if (customerId === null) return { kind: 'nothing_bought' };
      return withinPace(
        by,
        async () => ({ kind: 'link' as const, url: await billing.portalLink(customerId) }),
        () => true,
      );
    },
  };
}
