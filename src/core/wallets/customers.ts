import type { IndexOwner, Store } from '../store.ts';
import { type Clock, MINUTE } from '../time.ts';
import type { Wallets } from './wallets.ts';

export type CustomerOwner =
  | { kind: 'account'; accountId: string }
  /** Claimed just now; the document that must name it is not written yet. */
  | { kind: 'being_bound'; accountId: string }
  | { kind: 'nobody' };

/** Which account a Dodo customer belongs to: a claim in the store that the account's document must name as well. */
export interface Customers {
  ownerOf(customerId: string): Promise<CustomerOwner>;
  /** First come, first served; a void claim is taken over. @returns who owns the customer now */
  claim(customerId: string, accountId: string): Promise<CustomerOwner>;
}

const INDEX = 'customer';

/** A claim is followed by the commit that names it; one that is not after this time is void. */
const CLAIM_LIFE = MINUTE;

export function createCustomers(deps: { store: Store; wallets: Wallets; clock: Clock }): Customers {
  const { store, wallets, clock } = deps;

  async function judge(owner: IndexOwner | null, customerId: string): Promise<CustomerOwner> {
    if (owner === null) return { kind: 'nobody' };
    const { accountId } = owner;
    const account = await wallets.read(accountId);
    if (account?.customerId === customerId) return { kind: 'account', accountId };
    return clock() - owner.since < CLAIM_LIFE ? { kind: 'being_bound', accountId } : { kind: 'nobody' };
  }

  return {
    ownerOf: async (customerId) => judge(await store.indexOwner(INDEX, customerId), customerId),
    async claim(customerId, accountId) {
      const owner = await store.claimIndex(INDEX, customerId, accountId, clock());
      const judged = await judge(owner, customerId);
      if (judged.kind !== 'nobody') return judged;
      await store.replaceIndex(INDEX, customerId, owner.accountId, accountId, clock());
      return judge(await store.indexOwner(INDEX, customerId), customerId);
    },
  };
}
