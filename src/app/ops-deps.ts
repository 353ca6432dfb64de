import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Rules } from '../core/account/rules.ts';
import type { Billing } from '../core/dodo/billing.ts';
import { createBrakes } from '../core/operator/brakes.ts';
import type { OpsDeps } from '../core/ops/op.ts';
import type { Secrets } from '../core/secrets.ts';
import type { Store } from '../core/store.ts';
import type { Clock } from '../core/time.ts';
import { createAccountsOfUsers } from '../core/wallets/accounts-of-users.ts';
import { createCustomers } from '../core/wallets/customers.ts';
import type { Wallets } from '../core/wallets/wallets.ts';

/** What operator commands work with, in a running bot or without one. */
export function createOpsDeps(parts: {
  store: Store;
  wallets: Wallets;
  billing: Billing;
  secrets: Secrets;
  rules: Rules;
  clock: Clock;
}): OpsDeps {
  const { store, wallets, billing, secrets, rules, clock } = parts;
  return {
    store,
    wallets,
    users: createAccountsOfUsers({ wallets, hash: rules.hash, clock }),
    customers: createCustomers({ store, wallets, clock }),
    brakes: createBrakes(store, clock),
    billing,
    secrets,
    rules,
    moment: () => ({ now: clock(), dodoNow: billing.now() }),
    newId: randomUUID,
    wait: (ms) => pause(ms),
  };
}

/** Where a bot with a store of its own listens for operator commands: who may read its folder may use it. */
export function opsSocketPath(databasePath: string): string {
  return `${databasePath}.ops`;
}
