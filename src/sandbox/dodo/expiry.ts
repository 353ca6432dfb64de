import { expireGrant } from './credit-book.ts';
import { watchingBalance } from './low-balance.ts';
import type { World } from './world.ts';

/**
 * Ends each grant whose time has come, earliest first.
 * @param customerId only this customer's grants; all without it
 */
export function expireDueGrants(world: World, customerId?: string): void {
  const now = world.clock.now();
  const wallets = customerId === undefined ? world.store.allWallets() : world.store.walletsOf(customerId);
  for (const wallet of wallets) {
    const due = wallet.grants
      .filter((grant) => !grant.expired && grant.expiresAt !== null && grant.expiresAt <= now)
      .toSorted((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0));
    if (due.length === 0) continue;
    watchingBalance(world, wallet, () => {
      for (const grant of due) expireGrant(world, wallet, grant);
    });
  }
}
