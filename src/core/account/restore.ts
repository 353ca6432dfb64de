import type { ChatUser } from '../chat/chat.ts';
import type { LedgerRow } from '../dodo/billing.ts';
import { DAY, MINUTE, type Millis } from '../time.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import { type Account, newAccount } from './account.ts';
import type { Decision } from './decision.ts';
import { keysOfRows } from './ledger.ts';
import { requestReconcile } from './reconcile.ts';

/**
 * Dodo's meter runs about once a minute: after two ticks the ledger shows what it had taken before the store was lost,
 * and only then is its balance trusted, whoever has read it before. Until then asks are refused as unconfirmed.
 */
const TWO_TICKS: Millis = 3 * MINUTE;

/** As long as a row of the ledger is known by its id. */
const ROW_ID_KEPT: Millis = 400 * DAY;

/** What a customer's note at Dodo tells of their account. */
export interface Noted {
  accountId: string;
  owner: WalletUser;
  identities: readonly ChatUser[];
}

/** 'there': the account is known with this customer. */
export type RestoreReply = 'restored' | 'there' | 'has_another_customer' | 'is_joined';

/**
 * Makes an account again after its store was lost, or gives the one that was begun since its customer back. It is bound,
 * empty, and its ledger is still to be read; the rows that are there now are told to nobody a second time.
 */
export function decideRestore(
  account: Account | null,
  noted: Noted,
  customerId: string,
  rows: readonly LedgerRow[],
  now: Millis,
): Decision<RestoreReply> {
  if (account?.customerId === customerId) return { account: null, reply: 'there' };
  if (account !== null && account.customerId !== null) return { account: null, reply: 'has_another_customer' };
  if (account !== null && account.joined !== null) return { account: null, reply: 'is_joined' };
  const begun = account ?? newAccount(noted.accountId, noted.owner, now);
  const bound: Account = {
    ...begun,
    owner: noted.owner,
    identities: [...noted.identities],
    customerId,
    trustFrom: now + TWO_TICKS,
    checkouts: [],
  };
  const next = requestReconcile(bound, 'first_contact', now + TWO_TICKS, now);
  return {
    account: next.account,
    reply: 'restored',
    rows: next.rows,
    seen: keysOfRows(rows).map((key) => ({ key, expiresAt: now + ROW_ID_KEPT })),
    records: [
      {
        kind: 'audit',
        id: `restored:${customerId}:${now}`,
        at: now,
        body: { what: 'account_restored', accountId: account?.id ?? noted.accountId, customerId },
      },
    ],
  };
}
