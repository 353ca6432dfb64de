import type { Account, ApiKey } from '../account/account.ts';
import { decideIssueKey, decideKeyUsed, decideRevokeKey, MOST_API_KEYS } from '../account/api-keys.ts';
import { type ApiPlace, apiPlaceOf } from '../operator/places.ts';
import type { Store } from '../store.ts';
import { type Clock, HOUR } from '../time.ts';
import type { AccountsOfUsers } from './accounts-of-users.ts';
import type { Hash } from './identity.ts';
import type { WalletUser } from './wallet-user.ts';
import type { Wallets } from './wallets.ts';

/** What an API key begins with, so that a scanner of secrets can know one. */
export const API_KEY_PREFIX = 'tb_';

const SHAPE = /^tb_[A-Za-z0-9_-]{43}$/;

/** Characters of a key's name. */
export const LONGEST_KEY_NAME = 40;

/** Keys that may be made for one account in an hour. */
const MADE_AN_HOUR = 10;

const INDEX = 'api_key';

/** A key as its owner sees it in a list. */
export type ListedKey = Omit<ApiKey, 'hash' | 'by'>;

export type KeyOffer =
  /** `secret` is the key itself, which is to be shown now and is kept nowhere. */
  | { kind: 'issued'; secret: string; key: ListedKey }
  | { kind: 'too_many'; limit: number }
  | { kind: 'too_many_an_hour'; limit: number };

/** Keys to a wallet for programs, by its chat user or by `apiUserOf` its account's id. */
export interface ApiKeys {
  /** @param name as its owner calls it; what is too long is cut, and an empty one gets a name */
  issue(by: WalletUser, name: string): Promise<KeyOffer>;
  /**
   * Issues a key together with another change of the account, in one commit.
   * @param also null: nothing is done
   */
  issueIf(
    by: WalletUser,
    name: string,
    also: (account: Account) => Account | null,
  ): Promise<KeyOffer | { kind: 'withheld' }>;
  /** Oldest first. */
  list(of: WalletUser): Promise<ListedKey[]>;
  /** @returns the key that opens nothing any more, or null when the wallet has none with this id */
  revoke(of: WalletUser, id: string): Promise<ListedKey | null>;
  /** The wallet that a key opens, noting its use; null: none. Throws when the store is down. */
  open(secret: string): Promise<OpenedWallet | null>;
}

/** What an API key opened, as it was at that moment. */
export interface OpenedWallet {
  accountId: string;
  keyId: string;
  place: ApiPlace;
  hasBought: boolean;
}

export interface ApiKeysDeps {
  store: Pick<Store, 'claimIndex' | 'indexOwner' | 'increment'>;
  wallets: Wallets;
  users: AccountsOfUsers;
  hash: Hash;
  clock: Clock;
  /** From a source that cannot be guessed. */
  newKey(): string;
}

const TOO_MANY = { kind: 'too_many', limit: MOST_API_KEYS } as const;

/** A key is found by an index claim, which counts only while the account's document names the key's hash as well. */
export function createApiKeys(deps: ApiKeysDeps): ApiKeys {
  const { store, wallets, users, clock } = deps;
  const hashOf = (secret: string) => deps.hash(`api key:${secret}`);

  async function mayIssue(accountId: string): Promise<boolean> {
    const hour = Math.floor(clock() / HOUR);
    const made = await store.increment(`api_keys_made:${accountId}:${hour}`, 1, (hour + 1) * HOUR, clock());
    return made <= MADE_AN_HOUR;
  }

  async function issueIf(
    by: WalletUser,
    name: string,
    also: (account: Account) => Account | null,
  ): Promise<KeyOffer | { kind: 'withheld' }> {
    const accountId = await users.idOf(by);
    if (((await wallets.read(accountId))?.apiKeys.length ?? 0) >= MOST_API_KEYS) return TOO_MANY;
    if (!(await mayIssue(accountId))) return { kind: 'too_many_an_hour', limit: MADE_AN_HOUR };
    const secret = deps.newKey();
    const hash = hashOf(secret);
    const key: ApiKey = {
      id: `key-${hash.slice(0, 8)}`,
      name: nameOf(name, clock()),
      hash,
      by,
      createdAt: clock(),
      lastUsedAt: null,
    };
    await store.claimIndex(INDEX, hash, accountId, clock());
    const { reply } = await users.run<KeyOffer | { kind: 'withheld' }>(by, [], (account) => {
      // Their wallet is another one since the claim: nobody could find the key there.
      if (account.id !== accountId) throw new Error(`expected wallet ${accountId} for a new key, it is ${account.id}`);
      const changed = also(account);
      if (changed === null) return { account: null, reply: { kind: 'withheld' } };
      const decision = decideIssueKey(changed, key);
      return { ...decision, reply: decision.reply ? { kind: 'issued', secret, key: listed(key) } : TOO_MANY };
    });
    return reply;
  }

  return {
    issueIf,
    async issue(by, name) {
      const offer = await issueIf(by, name, (account) => account);
      if (offer.kind === 'withheld') throw new Error('expected a key or a limit, got neither');
      return offer;
    },
    async list(of) {
      const account = await users.read(of);
      return account === null ? [] : listedKeys(account);
    },
    async revoke(of, id) {
      const { reply } = await users.run(of, [], (account) => decideRevokeKey(account, id, clock()));
      return reply === null ? null : listed(reply);
    },
    async open(secret) {
      if (!SHAPE.test(secret)) return null;
      const hash = hashOf(secret);
      const owner = await store.indexOwner(INDEX, hash);
      if (owner === null) return null;
      const { accountId } = owner;
      return wallets.run<OpenedWallet | null>(accountId, [], (account) => {
        if (account === null) return { account: null, reply: null };
        const decision = decideKeyUsed(account, hash, clock());
        const key = decision.reply;
        if (key === null) return { ...decision, reply: null };
        const hasBought = account.customerId !== null;
        return { ...decision, reply: { accountId, keyId: key.id, place: apiPlaceOf(account), hasBought } };
      });
    },
  };
}

/** @returns a wallet's keys as their owner sees them, oldest first */
export function listedKeys({ apiKeys }: Pick<Account, 'apiKeys'>): ListedKey[] {
  return apiKeys.map(listed);
}

function listed({ id, name, createdAt, lastUsedAt }: ApiKey): ListedKey {
  return { id, name, createdAt, lastUsedAt };
}

/** One line without control characters. */
function nameOf(typed: string, now: number): string {
  const name = typed
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_KEY_NAME)
    .trim();
  return name === '' ? `Key of ${new Date(now).toISOString().slice(0, 10)}` : name;
}
