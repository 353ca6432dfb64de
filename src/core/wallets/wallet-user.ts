import type { ChatUser } from '../chat/chat.ts';

/** Whoever holds an API key of a wallet, or has its account page open. */
export interface ApiUser {
  platform: 'api';
  workspace: '';
  /** The account's id. */
  user: string;
}

/** Who acts on a wallet. */
export type WalletUser = ChatUser | ApiUser;

/** @returns the way into a wallet by its own id, for callers that have proved that it is theirs */
export function apiUserOf(accountId: string): ApiUser {
  return { platform: 'api', workspace: '', user: accountId };
}

/** @returns whether there is a conversation with them, such as for a DM */
export function isChatUser(user: WalletUser): user is ChatUser {
  return user.platform !== 'api';
}
