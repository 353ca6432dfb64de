import type { Account } from '../account/account.ts';
import { overageCap } from '../account/available.ts';
import { type AlertsWish, decideAlerts, overageCents, overageUsed } from '../account/overage-cap.ts';
import type { Rules } from '../account/rules.ts';
import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';

/** What a member has chosen to be told, and where they stand. */
export interface AlertSettings {
  /** The member's cap on overage in a cycle. */
  capCents: number;
  /** The operator's, which is also the member's while they have chosen none. */
  mostCents: number;
  isLowTold: boolean;
  /** null: no running plan has overage. `capCents`: what holds, which may be a lower limit of Dodo's. */
  overage: { usedCents: number; capCents: number } | null;
}

export interface AlertSettingsStore {
  settings(of: WalletUser): Promise<AlertSettings>;
  change(of: WalletUser, wish: AlertsWish): Promise<AlertSettings>;
}

export function createAlertSettings(deps: {
  users: Pick<AccountsOfUsers, 'read' | 'run'>;
  rules: Rules;
}): AlertSettingsStore {
  const { users, rules } = deps;

  function shown(account: Account | null): AlertSettings {
    const cap = account === null ? null : overageCap(account, rules);
    const mostCents = rules.overageCapCents;
    return {
      capCents: Math.min(account?.alerts.capCents ?? mostCents, mostCents),
      mostCents,
      isLowTold: account?.alerts.isLowTold ?? true,
      overage:
        cap === null || account === null
          ? null
          : { usedCents: overageCents(overageUsed(account), cap), capCents: overageCents(cap.tokens, cap) },
    };
  }

  return {
    settings: async (of) => shown(await users.read(of)),
    async change(of, wish) {
      const { reply } = await users.run(of, [], (account) => decideAlerts(account, wish, rules));
      return shown(reply);
    },
  };
}
