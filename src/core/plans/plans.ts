import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import type { Wallets } from '../wallets/wallets.ts';
import { type AccountPlan, type AccountPlanDeps, createAccountPlan } from './account-plan.ts';

/** Where members look at their plan, change it, and end it. */
export interface Plans {
  of(user: WalletUser): AccountPlan;
  ofAccount(accountId: string): AccountPlan;
}

export interface PlansDeps extends AccountPlanDeps {
  users: Pick<AccountsOfUsers, 'read' | 'run'>;
  wallets: Wallets;
}

export function createPlans(deps: PlansDeps): Plans {
  const { users, wallets } = deps;
  return {
    of: (user) =>
      createAccountPlan(deps, {
        read: () => users.read(user),
        run: async (decide) => (await users.run(user, [], decide)).reply,
      }),
    ofAccount: (accountId) =>
      createAccountPlan(deps, {
        read: () => wallets.read(accountId),
        run: (decide) =>
          wallets.run(accountId, [], (account) => {
            if (account === null) throw new Error(`expected account ${accountId}, found none`);
            return decide(account);
          }),
      }),
  };
}
