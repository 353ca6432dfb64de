import type { Secrets } from '../secrets.ts';
import type { Store } from '../store.ts';
import { type Clock, HOUR, MINUTE, type Millis } from '../time.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';

/** For how long a link opens the page. */
export const LINK_LIFE: Millis = 10 * MINUTE;

/** A session ends then, used or not; `/account` gives another link. */
export const SESSION_LIFE: Millis = HOUR;

/** Where the page is, below the bot's address, and where a link to it leads. */
export const ACCOUNT_PATH = '/account';
export const OPEN_PATH = `${ACCOUNT_PATH}/open`;

/** Somebody who was let in. Which wallet they see is looked up at each request, so that who was taken off sees it no more. */
export interface PageSession {
  user: WalletUser;
}

/** Where sessions are found again, by any process, until they end. Only a key's hash is kept. */
export interface PageSessions {
  keep(hash: string, session: PageSession, ttlMs: Millis): Promise<void>;
  find(hash: string): Promise<PageSession | null>;
  drop(hash: string): Promise<void>;
}

/** `bad`: not of our making, or changed. */
export type LinkFault = 'bad' | 'expired' | 'spent';

export type Opened = { kind: 'opened'; key: string } | { kind: 'refused'; why: LinkFault };

/** The way from chat to the account page. */
export interface AccountDoor {
  /** A private link for this wallet's user: good for `LINK_LIFE`, for one opening. */
  linkFor(user: WalletUser): string;
  /** Whether a link's ticket may still be good. Changes nothing, since those who preview links ask it too. */
  look(ticket: string): LinkFault | null;
  /** Spends the ticket, once over all processes. @returns the key of a new session */
  open(ticket: string): Promise<Opened>;
  /** A session for somebody who is known already. @returns its key */
  admit(user: WalletUser): Promise<string>;
  /** null: there is none, or it has ended. */
  session(key: string): Promise<PageSession | null>;
  close(key: string): Promise<void>;
}

export interface AccountDoorDeps {
  store: Pick<Store, 'increment'>;
  sessions: PageSessions;
  secrets: Pick<Secrets, 'encrypt' | 'decrypt' | 'sign'>;
  clock: Clock;
  /** From a source that cannot be guessed. */
  newKey(): string;
  /** Without a slash at the end. */
  baseUrl: string;
}

/** What a ticket says; sealed, so that it can be neither read nor made by others. */
interface Ticket {
  /** Other sealed texts are no tickets. */
  for: typeof PURPOSE;
  user: WalletUser;
  nonce: string;
  endsAt: Millis;
}

const PURPOSE = 'account page';

export function createAccountDoor(deps: AccountDoorDeps): AccountDoor {
  const { sessions, secrets, clock } = deps;
  const hash = (key: string) => secrets.sign(`account session:${key}`);

  function read(ticket: string): Ticket | LinkFault {
    let said: Partial<Ticket>;
    try {
      said = JSON.parse(secrets.decrypt(ticket));
    } catch {
      return 'bad';
    }
    if (said?.for !== PURPOSE) return 'bad';
    return (said as Ticket).endsAt <= clock() ? 'expired' : (said as Ticket);
  }

  async function admit(user: WalletUser): Promise<string> {
    const key = deps.newKey();
    await sessions.keep(hash(key), { user }, SESSION_LIFE);
    return key;
  }

  return {
    linkFor(user) {
      const ticket: Ticket = { for: PURPOSE, user, nonce: deps.newKey(), endsAt: clock() + LINK_LIFE };
      return `${deps.baseUrl}${OPEN_PATH}?ticket=${secrets.encrypt(JSON.stringify(ticket))}`;
    },
    look(ticket) {
      const said = read(ticket);
      return typeof said === 'string' ? said : null;
    },
    async open(ticket) {
      const said = read(ticket);
      if (typeof said === 'string') return { kind: 'refused', why: said };
      const times = await deps.store.increment(`account link:${said.nonce}`, 1, said.endsAt + MINUTE, clock());
      if (times > 1) return { kind: 'refused', why: 'spent' };
      return { kind: 'opened', key: await admit(said.user) };
    },
    admit,
    session: (key) => sessions.find(hash(key)),
    close: (key) => sessions.drop(hash(key)),
  };
}
