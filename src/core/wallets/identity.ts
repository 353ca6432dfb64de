import type { ChatUser } from '../chat/chat.ts';
import type { Millis } from '../time.ts';
import type { WalletUser } from './wallet-user.ts';

/** SHA-256, hexadecimal. */
export type Hash = (text: string) => string;

/** The wallet of a chat user: derived, so that two processes make the same one, and telling nobody who it is. */
export function accountIdOf(hash: Hash, user: ChatUser): string {
  return `acc_${hash(`account:${user.platform}:${user.workspace}:${user.user}`).slice(0, 28)}`;
}

/**
 * An ask's number, the same however often its cause is delivered.
 * @param causedAt when it happened, the same at each delivery; null: nobody says
 */
export function askIdOf(hash: Hash, platform: string, cause: string, causedAt: Millis | null): string {
  const hashed = hash(`ask:${platform}:${cause}`);
  return causedAt === null ? `ask_${hashed.slice(0, 20)}` : timeFirst(causedAt, hashed);
}

/**
 * The number of an ask that nobody can ask a second time.
 * @param uuid random
 */
export function newAskId(now: Millis, uuid: string): string {
  return timeFirst(now, uuid.replaceAll('-', ''));
}

/** What is kept of asks of one moment lies side by side in a store, and costs it a page and not one each. */
function timeFirst(at: Millis, digits: string): string {
  return `ask_${at.toString(16).padStart(12, '0')}${digits.slice(0, 12)}`;
}

/** What the model's provider is told of who asks: the same for one wallet, nothing to anyone else. */
export function safetyIdOf(hash: Hash, accountId: string): string {
  return hash(`safety:${accountId}`);
}

/** @returns whether both are the same person on the same platform */
export function isSameUser(a: WalletUser, b: WalletUser): boolean {
  return a.platform === b.platform && a.workspace === b.workspace && a.user === b.user;
}
