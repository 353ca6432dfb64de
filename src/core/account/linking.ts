import type { ChatUser } from '../chat/chat.ts';
import { DAY, MINUTE, type Millis, SECOND } from '../time.ts';
import { isSameUser } from '../wallets/identity.ts';
import { isChatUser, type WalletUser } from '../wallets/wallet-user.ts';
import type { Account } from './account.ts';
import { customerNoteRows } from './customer-note.ts';
import type { Decision } from './decision.ts';
import { noticeId, noticeRow } from './notice.ts';

/**
 * Two chat users with one wallet. Two documents tell of it, and both must agree: the shared wallet names the chat user
 * among its `identities`, and the chat user's own (empty) wallet says in `joined` which one it is. Naming comes first
 * and goes first, so that whoever says `joined` without being named was taken off.
 */

export const LINK_CODE_LIFE: Millis = 10 * MINUTE;

/** Chat users in one wallet beside its owner. */
const MOST_IDENTITIES = 5;

/** The notice of a new identity waits until its own wallet has followed. */
const NOTICE_AFTER: Millis = 5 * SECOND;

/** A checkout session that can still be paid would bring money into a wallet that nobody looks at. */
const SESSION_LIFE: Millis = DAY;

/** Why a chat user's own wallet cannot be left for another one. */
export type StayReason =
  /** It has bought something: two wallets with money are never merged. */
  | 'has_customer'
  | 'open_checkout'
  | 'answer_running'
  /** Others share it. */
  | 'has_identities'
  | 'joined_elsewhere';

/** Why a wallet does not let a chat user in. */
export type DoorReason = 'wrong_code' | 'full' | 'already_in';

/** @returns whether this account is the chat user's wallet; `ownId` is the id of the one that is derived from them */
export function isWalletOf(account: Account, user: WalletUser, ownId: string): boolean {
  return account.id === ownId ? account.joined === null : names(account, user);
}

/** The wallet of a chat user who was forgotten and comes back: it is derived from them, so it is theirs again. */
export function ownedAgain(account: Account, user: WalletUser, ownId: string): Account {
  const isForgotten = account.id === ownId && isChatUser(user) && !isChatUser(account.owner);
  return isForgotten ? { ...account, owner: user } : account;
}

/** @returns whether the wallet lets this chat user in beside its owner */
export function names(account: Account, user: WalletUser): boolean {
  return account.identities.some((identity) => isSameUser(identity, user));
}

/** A new code takes the place of the one before. */
export function decideLinkCode(account: Account, hash: string, now: Millis): Decision<void> {
  return { account: { ...account, linkCode: { hash, expiresAt: now + LINK_CODE_LIFE } }, reply: undefined };
}

/** Whether a chat user's own wallet may be left: only an empty one that nobody else shares. */
export function reasonToStay(own: Account, accountId: string, now: Millis): StayReason | null {
  if (own.joined !== null && own.joined.accountId !== accountId) return 'joined_elsewhere';
  if (own.customerId !== null) return 'has_customer';
  if (own.holds.length > 0) return 'answer_running';
  if (own.checkouts.some((checkout) => now - checkout.openedAt < SESSION_LIFE)) return 'open_checkout';
  return own.identities.length > 0 ? 'has_identities' : null;
}

/** Uses the code up and names the chat user. null: let in. */
export function decideLetIn(
  account: Account,
  user: ChatUser,
  codeHash: string,
  rulesHash: (text: string) => string,
  now: Millis,
): Decision<DoorReason | null> {
  const { linkCode } = account;
  const refuse = (why: DoorReason): Decision<DoorReason> => ({ account: null, reply: why });
  if (linkCode === null || linkCode.hash !== codeHash || linkCode.expiresAt <= now) return refuse('wrong_code');
  if (isSameUser(account.owner, user)) return refuse('already_in');
  const others = account.identities.filter((identity) => !isSameUser(identity, user));
  if (others.length >= MOST_IDENTITIES) return refuse('full');
  const cause = `linked:${account.id}:${codeHash}`;
  const after: Account = { ...account, linkCode: null, identities: [...others, user] };
  return {
    account: after,
    reply: null,
    rows: [
      ...customerNoteRows(after, now),
      noticeRow(
        account,
        { kind: 'identity_linked', user },
        noticeId(rulesHash, cause),
        now + NOTICE_AFTER,
        account.owner,
      ),
    ],
    records: [{ kind: 'audit', id: cause, at: now, body: { what: 'identity_linked', accountId: account.id, user } }],
    counts: [{ name: 'notices', by: 1 }],
  };
}

/** The chat user's own wallet points to the shared one from now on. */
export function decideJoin(own: Account, accountId: string, now: Millis): Decision<StayReason | null> {
  const why = reasonToStay(own, accountId, now);
  if (why !== null) return { account: null, reply: why };
  return { account: { ...own, linkCode: null, joined: { accountId, at: now } }, reply: null };
}

/** Takes chat users off the wallet; whoever pays or asks next is told of what happens there. */
export function decideTakeOff(account: Account, users: readonly ChatUser[], now: Millis): Decision<ChatUser[]> {
  const isOne = (user: WalletUser | null) => user !== null && users.some((one) => isSameUser(one, user));
  const gone = account.identities.filter(isOne);
  if (gone.length === 0) return { account: null, reply: [] };
  return {
    account: {
      ...account,
      // A code made by one of them would let them in again.
      linkCode: null,
      identities: account.identities.filter((identity) => !isOne(identity)),
      // They have seen these keys.
      apiKeys: account.apiKeys.filter((key) => !isOne(key.by)),
      buyer: isOne(account.buyer) ? null : account.buyer,
      lastAsked: isOne(account.lastAsked) ? null : account.lastAsked,
    },
    reply: gone,
    rows: customerNoteRows(account, now),
    records: [
      {
        kind: 'audit',
        id: `unlinked:${account.id}:${now}`,
        at: now,
        body: { what: 'identity_taken_off', accountId: account.id, users: gone },
      },
    ],
  };
}

/** The chat user's own wallet is theirs again, unless they have joined once more since. */
export function decideReturn(own: Account, joined: Account['joined']): Decision<void> {
  const isSame = own.joined?.accountId === joined?.accountId && own.joined?.at === joined?.at;
  if (own.joined === null || !isSame) return { account: null, reply: undefined };
  return { account: { ...own, joined: null }, reply: undefined };
}
