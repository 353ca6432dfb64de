import { decideErase, type EraseRefusal, eraseRefusal } from '../account/erase.ts';
import type { Clock } from '../time.ts';
import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';

/** `not_yours`: the wallet is another one's who lets this chat user share it. */
export type EraseOutcome = 'erased' | 'not_yours' | EraseRefusal;

/** Forgets, on their word, whom a wallet belongs to. */
export interface Erasing {
  /** Why it cannot be done now; null: it can. */
  refusal(of: WalletUser): Promise<Exclude<EraseOutcome, 'erased'> | null>;
  erase(of: WalletUser): Promise<EraseOutcome>;
}

export function createErasing(deps: { users: Pick<AccountsOfUsers, 'ownId' | 'read' | 'run'>; clock: Clock }): Erasing {
  const { users, clock } = deps;

  async function refusal(of: WalletUser): Promise<Exclude<EraseOutcome, 'erased'> | null> {
    const account = await users.read(of);
    return account !== null && account.id !== users.ownId(of) ? 'not_yours' : eraseRefusal(account, clock());
  }

  return {
    refusal,
    async erase(of) {
      // A wallet that is not there is not made to be erased.
      const before = await refusal(of);
      if (before !== null) return before;
      const { reply } = await users.run(of, [], (account) =>
        account.id === users.ownId(of) ? decideErase(account, clock()) : { account: null, reply: 'not_yours' as const },
      );
      return reply ?? 'erased';
    },
  };
}
