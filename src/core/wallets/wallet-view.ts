import type { Account } from '../account/account.ts';
import {
  availableTokens,
  clawedTokens,
  expiringTokens,
  freeTokens,
  heldTokens,
  lastingTokens,
  leftTokens,
  overageStillAllowed,
  runningPlan,
  unsettledTokens,
} from '../account/available.ts';
import type { Notice } from '../account/notice-facts.ts';
import type { Moment, Rules } from '../account/rules.ts';
import type { AccountsOfUsers } from './accounts-of-users.ts';
import type { WalletUser } from './wallet-user.ts';

/** A wallet as its member is shown it. Tokens. */
export interface WalletFigures {
  /** null: not read from Dodo yet. */
  balance: number | null;
  left: number;
  /** Of what is left, what a new ask may take before any overage. */
  free: number;
  available: number;
  held: number;
  unsettled: number;
  /** Part of the balance that is about to expire, or has: not lent out any more. */
  expiring: number;
  /** Part of the balance that is being taken back for a refund or a dispute. */
  clawed: number;
  overage: number;
  overageAllowed: number;
  plan: { name: string; endsAtPeriodEnd: boolean; nextBillingAt: number | null } | null;
  hasCustomer: boolean;
  /** When tokens expire, the earliest first, as Dodo's grants were last read. */
  lasting: { tokens: number; expiresAt: number }[];
}

export interface WalletView {
  figures(of: WalletUser): Promise<WalletFigures>;
  /** Notices that no DM could bring; still there until `noticesShown`. */
  waitingNotices(of: WalletUser): Promise<readonly Notice[]>;
  noticesShown(of: WalletUser, ids: readonly string[]): Promise<void>;
}

export function createWalletView(deps: { users: AccountsOfUsers; rules: Rules; moment(): Moment }): WalletView {
  const { users, rules } = deps;
  return {
    async figures(of) {
      const account = await users.read(of);
      return account === null ? EMPTY : figuresOf(account, rules, deps.moment());
    },
    async waitingNotices(of) {
      const account = await users.read(of);
      return account?.undelivered ?? [];
    },
    async noticesShown(of, ids) {
      await users.run(of, [], (account) => {
        const undelivered = account.undelivered.filter((notice) => !ids.includes(notice.id));
        return { account: { ...account, undelivered }, reply: undefined };
      });
    },
  };
}

const EMPTY: WalletFigures = {
  balance: 0,
  left: 0,
  free: 0,
  available: 0,
  held: 0,
  unsettled: 0,
  expiring: 0,
  clawed: 0,
  overage: 0,
  overageAllowed: 0,
  plan: null,
  hasCustomer: false,
  lasting: [],
};

/** @returns a wallet as its member is shown it */
export function figuresOf(account: Account, rules: Rules, moment: Moment): WalletFigures {
  const running = runningPlan(account, rules);
  return {
    balance: account.customerId === null ? 0 : (account.ledger?.balance ?? null),
    left: leftTokens(account),
    free: Math.max(0, freeTokens(account, moment)),
    available: availableTokens(account, rules, moment),
    held: heldTokens(account),
    unsettled: unsettledTokens(account),
    expiring: Math.min(account.ledger?.balance ?? 0, expiringTokens(account, moment.dodoNow)),
    clawed: clawedTokens(account),
    overage: account.ledger?.overage ?? 0,
    overageAllowed: overageStillAllowed(account, rules),
    plan:
      running === null
        ? null
        : {
            name: running.plan.name,
            endsAtPeriodEnd: running.subscription.endsAtPeriodEnd,
            nextBillingAt: running.subscription.nextBillingAt,
          },
    hasCustomer: account.customerId !== null,
    lasting: lastingTokens(account),
  };
}
