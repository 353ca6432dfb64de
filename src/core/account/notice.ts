import type { ChatUser } from '../chat.ts';
import { isSameUser } from '../identity.ts';
import type { NewRow } from '../store.ts';
import type { Millis } from '../time.ts';
import type { Account } from './account.ts';
import type { Notice, NoticeFacts } from './notice-facts.ts';

/** @param hash hexadecimal */
export function noticeId(hash: (text: string) => string, cause: string): string {
  return `n${hash(`notice:${cause}`).slice(0, 24)}`;
}

/** The outbox row that delivers a notice to the chat user who bought, else to the one who asked last. */
export function noticeRow(
  account: Account,
  facts: NoticeFacts,
  id: string,
  dueAt: Millis,
  to: ChatUser = account.buyer ?? account.lastAsked ?? account.owner,
): NewRow {
  const notice: Notice = { id, to, facts };
  return { id: `notice:${id}`, topic: 'notice', accountId: account.id, dueAt, body: notice };
}

/** Whether a notice is still true: one of low balance falls away when new credits have come, that of a chat user with them. */
export function isStillWanted(notice: Notice, account: Account): boolean {
  const { facts } = notice;
  if (facts.kind === 'identity_linked') {
    return account.identities.some((identity) => isSameUser(identity, facts.user));
  }
  return notice.facts.kind !== 'low_balance' || notice.facts.episode === account.lowBalance.episode;
}
