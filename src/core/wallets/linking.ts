import { newAccount } from '../account/account.ts';
import {
  type DoorReason,
  decideJoin,
  decideLetIn,
  decideLinkCode,
  decideReturn,
  decideTakeOff,
  LINK_CODE_LIFE,
  reasonToStay,
  type StayReason,
} from '../account/linking.ts';
import type { ChatUser } from '../chat/chat.ts';
import type { Secrets } from '../secrets.ts';
import type { Store } from '../store.ts';
import { type Clock, HOUR, type Millis } from '../time.ts';
import type { AccountsOfUsers } from './accounts-of-users.ts';
import { type Hash, isSameUser } from './identity.ts';
import { isChatUser, type WalletUser } from './wallet-user.ts';
import type { Wallets } from './wallets.ts';

/** Codes that one chat user may make in an hour, and may try. */
const MADE_AN_HOUR = 5;
const TRIED_AN_HOUR = 10;

/** Where codes are found again for as long as they live. Only a code's hash is kept. */
export interface LinkCodes {
  keep(hash: string, accountId: string, ttlMs: Millis): Promise<void>;
  find(hash: string): Promise<string | null>;
}

export type LinkCodeOffer =
  | { kind: 'code'; code: string; others: readonly WalletUser[] }
  | { kind: 'too_many'; limit: number };

export type JoinOutcome =
  | { kind: 'joined' }
  | { kind: 'too_many'; limit: number }
  | { kind: 'refused'; why: StayReason | DoorReason };

export type TakeOffOutcome =
  /** This chat user has their own wallet again. */
  | { kind: 'left' }
  /** The owner stays; those who shared the wallet were taken off. */
  | { kind: 'took_off'; users: readonly ChatUser[] }
  | { kind: 'nothing' };

/** One wallet for a person's chat users on several platforms. */
export interface Linking {
  /** A code that lets one other chat user into the wallet of this one. */
  makeCode(by: WalletUser): Promise<LinkCodeOffer>;
  join(by: ChatUser, typed: string): Promise<JoinOutcome>;
  /** @param whom by the owner: the only one to be taken off; all when left out */
  takeOff(by: WalletUser, whom?: ChatUser): Promise<TakeOffOutcome>;
}

export interface LinkingDeps {
  store: Pick<Store, 'increment'>;
  wallets: Wallets;
  users: AccountsOfUsers;
  codes: LinkCodes;
  secrets: Pick<Secrets, 'sign'>;
  hash: Hash;
  clock: Clock;
  /** From a source that cannot be guessed. */
  newCode(): string;
}

export function createLinking(deps: LinkingDeps): Linking {
  const { wallets, users, clock } = deps;

  /** @returns whether this chat user may do it once more in this hour */
  async function mayDo(what: string, by: WalletUser, limit: number): Promise<boolean> {
    const hour = Math.floor(clock() / HOUR);
    const key = `${what}:${users.ownId(by)}:${hour}`;
    return (await deps.store.increment(key, 1, (hour + 1) * HOUR, clock())) <= limit;
  }

  const codeHash = (code: string) => deps.secrets.sign(`link code:${code}`);

  async function comeBack(user: ChatUser): Promise<void> {
    await wallets.run(users.ownId(user), [], (own) =>
      own === null ? { account: null, reply: undefined } : decideReturn(own, own.joined),
    );
  }

  return {
    async makeCode(by) {
      if (!(await mayDo('link_made', by, MADE_AN_HOUR))) return { kind: 'too_many', limit: MADE_AN_HOUR };
      const code = deps.newCode();
      const hash = codeHash(normalCode(code));
      const { accountId, reply: others } = await users.run(by, [], (account) => ({
        ...decideLinkCode(account, hash, clock()),
        reply: [account.owner, ...account.identities].filter((user) => !isSameUser(user, by)),
      }));
      await deps.codes.keep(hash, accountId, LINK_CODE_LIFE);
      return { kind: 'code', code, others };
    },

    async join(by, typed) {
      if (!(await mayDo('link_tried', by, TRIED_AN_HOUR))) return { kind: 'too_many', limit: TRIED_AN_HOUR };
      const refuse = (why: StayReason | DoorReason): JoinOutcome => ({ kind: 'refused', why });
      const hash = codeHash(normalCode(typed));
      const accountId = await deps.codes.find(hash);
      if (accountId === null) return refuse('wrong_code');
      const ownId = users.ownId(by);
      if (accountId === (await users.idOf(by))) return refuse('already_in');
      const own = await wallets.read(ownId);
      // Looked at before the code is used up; the commit below decides.
      const stays = own === null ? null : reasonToStay(own, accountId, clock());
      if (stays !== null) return refuse(stays);

      const door = await wallets.run(accountId, [], (account) =>
        account === null || account.joined !== null
          ? { account: null, reply: 'wrong_code' as const }
          : decideLetIn(account, by, hash, deps.hash, clock()),
      );
      if (door !== null) return refuse(door);
      // Their own wallet, whoever's they use: not `users.run`.
      const why = await wallets.run(ownId, [], (account) => {
        const left = account ?? newAccount(ownId, by, clock());
        return decideJoin(left, accountId, clock());
      });
      if (why === null) return { kind: 'joined' };
      await wallets.run(accountId, [], (account) =>
        account === null ? { account: null, reply: [] } : decideTakeOff(account, [by], clock()),
      );
      return refuse(why);
    },

    async takeOff(by, whom) {
      const { reply } = await users.run(by, [], (account) => {
        const isOwner = isSameUser(account.owner, by);
        const chatUsers = isChatUser(by) ? [by] : [];
        const wanted = whom === undefined ? account.identities : [whom];
        const decision = decideTakeOff(account, isOwner ? wanted : chatUsers, clock());
        return { ...decision, reply: { isOwner, gone: decision.reply } };
      });
      for (const user of reply.gone) await comeBack(user);
      if (reply.gone.length === 0) return { kind: 'nothing' };
      return reply.isOwner ? { kind: 'took_off', users: reply.gone } : { kind: 'left' };
    },
  };
}

/** As it is hashed: however it was typed. */
function normalCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
}
