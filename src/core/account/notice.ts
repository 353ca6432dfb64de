import type { NewRow } from '../store.ts';
import type { Millis } from '../time.ts';
import { isSameUser } from '../wallets/identity.ts';
import { isChatUser, type WalletUser } from '../wallets/wallet-user.ts';
import type { Account } from './account.ts';
import type { Notice, NoticeFacts } from './notice-facts.ts';

/** @param hash hexadecimal */
export function noticeId(hash: (text: string) => string, cause: string): string {
  return `n${hash(`notice:${cause}`).slice(0, 24)}`;
}

/**
 * The outbox row that delivers a notice to the chat user who bought, else to the one who asked last; to the owner where
 * no chat user has to do with the wallet.
 * @param first whom it is for before all others, if they are a chat user
 */
export function noticeRow(
  account: Account,
  facts: NoticeFacts,
  id: string,
  dueAt: Millis,
  first: WalletUser | null = account.buyer,
): NewRow {
  const candidates = [first, account.buyer, account.lastAsked, account.owner, ...account.identities];
  const to = candidates.find((user) => user !== null && isChatUser(user)) ?? account.owner;
  const notice: Notice = { id, to, facts };
  return { id: `notice:${id}`, topic: 'notice', accountId: account.id, dueAt, body: notice };
}

/** Whom a notice is for by now: the owner, when whom it was for has been erased or taken off the wallet meanwhile. */
export function addressee({ to }: Notice, { owner, identities }: Account): WalletUser {
  return identities.some((identity) => isSameUser(identity, to)) ? to : owner;
}

/**
 * Whether a notice is still true and wanted: one of low balance falls away when new credits have come or the member
 * wants none, one of overage when the cycle or the cap is another, that of a chat user with them.
 */
export function isStillWanted({ facts }: Notice, account: Account): boolean {
  const { lowBalance, alerts, identities } = account;
  switch (facts.kind) {
    case 'low_balance':
      return facts.episode === lowBalance.episode && alerts.isLowTold;
    case 'overage_cap':
      return facts.episode === alerts.capEpisode;
    case 'identity_linked':
      return identities.some((identity) => isSameUser(identity, facts.user));
    default:
      return true;
  }
}
