import type { Account } from '../account/account.ts';
import type { Noted } from '../account/restore.ts';
import type { Metadata } from '../dodo/billing.ts';
import type { Secrets } from '../secrets.ts';
import { apiUserOf, isChatUser, type WalletUser } from './wallet-user.ts';

/** For people who look at the customer in Dodo's dashboard. */
const PLAIN = 'tallybot_account';

/** What is believed: sealed with APP_SECRET, so that nobody at Dodo reads who it is, or writes another. */
const SEALED = 'tallybot_note';

/** Short names: Dodo takes values of 500 characters. */
interface Note {
  /** Customer. A note that was copied to another customer is not believed. */
  c: string;
  /** Account. */
  a: string;
  /** Owner. */
  o: string;
  /** Identities. */
  i: string[];
}

const LETTERS = { discord: 'd', slack: 's', api: 'a' } as const;

function short({ platform, workspace, user }: WalletUser): string {
  return `${LETTERS[platform]}:${workspace}:${user}`;
}

function long(text: string): WalletUser {
  const [letter, workspace = '', user = ''] = text.split(':');
  if (letter === LETTERS.api) return apiUserOf(user);
  return { platform: letter === LETTERS.discord ? 'discord' : 'slack', workspace, user };
}

/** @returns what is written into the metadata of the account's customer, so that a lost store can be made again */
export function noteOf(
  secrets: Pick<Secrets, 'encrypt'>,
  account: Account,
  customerId: string,
): Record<string, string> {
  const note: Note = { c: customerId, a: account.id, o: short(account.owner), i: account.identities.map(short) };
  return { [PLAIN]: account.id, [SEALED]: secrets.encrypt(JSON.stringify(note)) };
}

/** @returns null when the customer carries no note of ours, 'forged' when it carries one that is not to be believed */
export function readNote(
  secrets: Pick<Secrets, 'decrypt'>,
  metadata: Metadata,
  customerId: string,
): Noted | 'forged' | null {
  const sealed = metadata[SEALED];
  if (typeof sealed !== 'string') return null;
  try {
    const note = JSON.parse(secrets.decrypt(sealed)) as Note;
    if (note.c !== customerId) return 'forged';
    return { accountId: note.a, owner: long(note.o), identities: note.i.map(long).filter(isChatUser) };
  } catch {
    return 'forged';
  }
}
