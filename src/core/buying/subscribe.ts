import type { Account } from '../account/account.ts';
import { type Catalogue, planOf } from '../catalogue.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store.ts';
import { type Clock, DAY, MINUTE, type Millis } from '../time.ts';
import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import type { ApiKeys } from '../wallets/api-keys.ts';
import type { Hash } from '../wallets/identity.ts';
import type { Linking } from '../wallets/linking.ts';
import { apiUserOf } from '../wallets/wallet-user.ts';
import type { Wallets } from '../wallets/wallets.ts';
import type { Shop } from './shop.ts';

/** Subscriptions that may be begun from one address in a minute. */
const AN_ADDRESS_A_MINUTE = 5;

/** Dodo's sessions can be paid for this long; a page that waits for longer waits in vain. */
const PAYABLE_FOR: Millis = DAY;

/** A subscription of somebody whom no chat knows. */
export interface SubscribeWish {
  /** A plan's key. */
  plan: string;
  email: string;
  name: string;
  /** The network address that the wish comes from. */
  address: string;
}

export type SubscribeOffer =
  | { kind: 'checkout'; url: string; sessionId: string }
  | { kind: 'unknown_plan'; plans: readonly string[] }
  /** This address, or everybody together. */
  | { kind: 'too_many'; retryAfterMs: Millis };

export type ClaimOutcome =
  | { kind: 'unknown' }
  /** `isOver`: the checkout cannot be paid any more. */
  | { kind: 'waiting'; isOver: boolean }
  /** Shown now and never again. `code`: for `/link`; null: none could be made. */
  | { kind: 'claimed'; accountId: string; secret: string; code: string | null };

/** Subscriptions without a chat: an account of its own, and the page on which its first key is shown. */
export interface Subscribing {
  /** Throws BillingError when Dodo makes no session. */
  subscribe(wish: SubscribeWish): Promise<SubscribeOffer>;
  /** @param ticket what stands in the page's address */
  claim(ticket: string): Promise<ClaimOutcome>;
}

export interface SubscribingDeps {
  store: Pick<Store, 'increment'>;
  wallets: Wallets;
  users: AccountsOfUsers;
  shop: Pick<Shop, 'subscribeFor'>;
  apiKeys: Pick<ApiKeys, 'issueIf'>;
  linking: Pick<Linking, 'makeCode'>;
  catalogue: Catalogue;
  hash: Hash;
  clock: Clock;
  log: Log;
  /** From a source that cannot be guessed. */
  newKey(): string;
  /** Calls to Dodo in a minute that all who subscribe here may cause together. */
  mostCallsAMinute: number;
  /** Of the claim page, with a slash at the end. */
  claimUrl: string;
}

export function createSubscribing(deps: SubscribingDeps): Subscribing {
  const { wallets, users, clock, hash } = deps;
  const claimHash = (secret: string) => hash(`claim:${secret}`);

  /** @returns whether this is within the limit of the current minute */
  async function counts(what: string, limit: number): Promise<boolean> {
    const minute = Math.floor(clock() / MINUTE);
    return (await deps.store.increment(`${what}:${minute}`, 1, (minute + 2) * MINUTE, clock())) <= limit;
  }

  async function mayBegin(address: string): Promise<boolean> {
    if (!(await counts(`subscribe:${hash(address)}`, AN_ADDRESS_A_MINUTE))) return false;
    return counts('subscribe_calls', deps.mostCallsAMinute);
  }

  function stateOf(account: Account | null, secret: string): 'unknown' | 'waiting' | 'paid' {
    if (account === null || account.claim === null || account.claim.hash !== claimHash(secret)) return 'unknown';
    return account.customerId === null ? 'waiting' : 'paid';
  }

  async function codeFor(accountId: string): Promise<string | null> {
    try {
      const offer = await deps.linking.makeCode(apiUserOf(accountId));
      return offer.kind === 'code' ? offer.code : null;
    } catch (error) {
      deps.log.warn({ err: error }, 'no code could be made for a claim');
      return null;
    }
  }

  return {
    async subscribe({ plan, email, name, address }) {
      if (planOf(deps.catalogue, plan) === null) {
        return { kind: 'unknown_plan', plans: deps.catalogue.plans.map(({ key }) => key) };
      }
      if (!(await mayBegin(address))) return { kind: 'too_many', retryAfterMs: MINUTE - (clock() % MINUTE) };
      const accountId = `acc_${hash(`account of a page:${deps.newKey()}`).slice(0, 28)}`;
      const secret = deps.newKey();
      const by = apiUserOf(accountId);
      await users.run(by, [], (account) => ({
        account: { ...account, claim: { hash: claimHash(secret) } },
        reply: undefined,
      }));
      const session = await deps.shop.subscribeFor(by, plan, { email, name }, `${deps.claimUrl}${accountId}.${secret}`);
      return { kind: 'checkout', url: session.url, sessionId: session.id };
    },

    async claim(ticket) {
      const [, accountId = '', secret = ''] = /^(acc_[0-9a-f]{28})\.([\w-]{16,128})$/.exec(ticket) ?? [];
      if (accountId === '') return { kind: 'unknown' };
      const account = await wallets.read(accountId);
      const state = stateOf(account, secret);
      if (account === null || state === 'unknown') return { kind: 'unknown' };
      if (state === 'waiting') return { kind: 'waiting', isOver: clock() - account.createdAt > PAYABLE_FOR };
      // The key and the end of the claim are one commit: who comes second finds nothing.
      const offer = await deps.apiKeys.issueIf(apiUserOf(accountId), 'First key', (current) =>
        stateOf(current, secret) === 'paid' ? { ...current, claim: null } : null,
      );
      if (offer.kind !== 'issued') return { kind: 'unknown' };
      return { kind: 'claimed', accountId, secret: offer.secret, code: await codeFor(accountId) };
    },
  };
}
