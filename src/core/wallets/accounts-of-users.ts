import { type Account, newAccount } from '../account/account.ts';
import type { Decision } from '../account/decision.ts';
import { decideReturn, isWalletOf, names, ownedAgain } from '../account/linking.ts';
import type { Clock } from '../time.ts';
import { accountIdOf, type Hash } from './identity.ts';
import { isChatUser, type WalletUser } from './wallet-user.ts';
import type { Wallets } from './wallets.ts';

/**
 * The one way from a chat user to their wallet: their own, or the one that they share by `/link`. The API's user is at
 * the very account that it names; while that one is joined to another, nothing is decided on it.
 */
export interface AccountsOfUsers {
  /** The id of the wallet that is derived from the chat user, whether they use it or not; the API's user names it. */
  ownId(user: WalletUser): string;
  /** The id of the wallet that the chat user uses at this moment. */
  idOf(user: WalletUser): Promise<string>;
  /** null: they have none yet. */
  read(user: WalletUser): Promise<Account | null>;
  /**
   * Decides on the chat user's wallet, an empty new one if they have none, as `Wallets.run`. A chat user who has joined
   * or left a wallet meanwhile is looked up again: nobody decides on a wallet that is not theirs at the commit.
   */
  run<Reply>(
    user: WalletUser,
    keys: readonly string[],
    decide: DecideOnWallet<Reply>,
  ): Promise<{ accountId: string; reply: Reply }>;
}

type DecideOnWallet<Reply> = (account: Account, seen: ReadonlySet<string>) => Decision<Reply>;

type Theirs<Reply> = { isTheirs: false } | { isTheirs: true; reply: Reply };

/** Looks at a chat user who moves to and fro before it is given up. */
const MOST_LOOKS = 10;

export function createAccountsOfUsers(deps: { wallets: Wallets; hash: Hash; clock: Clock }): AccountsOfUsers {
  const { wallets, hash } = deps;
  const ownId = (user: WalletUser) => (isChatUser(user) ? accountIdOf(hash, user) : user.user);

  async function find(user: WalletUser): Promise<{ id: string; account: Account | null }> {
    const id = ownId(user);
    const own = await wallets.read(id);
    const joined = own?.joined ?? null;
    if (joined === null || !isChatUser(user)) return { id, account: own };
    const shared = await wallets.read(joined.accountId);
    if (shared !== null && names(shared, user)) return { id: shared.id, account: shared };
    // Taken off there; their own wallet did not hear of it.
    const back = await wallets.run(id, [], (account) => {
      if (account === null) throw new Error(`expected account ${id}, found none`);
      const decision = decideReturn(account, joined);
      return { ...decision, reply: decision.account ?? account };
    });
    return { id, account: back };
  }

  return {
    ownId,
    idOf: async (user) => (await find(user)).id,
    read: async (user) => (await find(user)).account,
    async run<Reply>(user: WalletUser, keys: readonly string[], decide: DecideOnWallet<Reply>) {
      const own = ownId(user);
      // Most have a wallet of their own: who has not is seen by the decision, and only then looked up.
      let id = own;
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        const outcome = await wallets.run<Theirs<Reply>>(id, keys, (account, seen) => {
          const current = account ?? (id === own ? newAccount(id, user, deps.clock()) : null);
          if (current === null || !isWalletOf(current, user, own)) {
            return { account: null, reply: { isTheirs: false } };
          }
          const decision = decide(ownedAgain(current, user, own), seen);
          return { ...decision, reply: { isTheirs: true, reply: decision.reply } };
        });
        if (outcome.isTheirs) return { accountId: id, reply: outcome.reply };
        ({ id } = await find(user));
      }
      throw new Error(`expected a wallet that stays ${user.platform}:${user.user}'s, but it moved ${MOST_LOOKS} times`);
    },
  };
}
