import type { Config } from '../config/config.ts';
import type { Rules } from '../core/account/rules.ts';
import { type Millis, SECOND } from '../core/time.ts';
import type { Hash } from '../core/wallets/identity.ts';

/** What the operator has fixed, for the pure rules. */
export function createRules(config: Config, hash: Hash, usageGatherMs: Millis = 10 * SECOND): Rules {
  return {
    catalogue: config.catalogue,
    maxAsksPerAccount: config.maxAsksPerAccount,
    asksPerMinute: config.memberAsksPerMinute,
    balanceMaxAgeMs: config.balanceMaxAge * SECOND,
    settleWithoutPlan: config.settleWithoutPlan,
    usageGatherMs,
    overageCapCents: config.overageCapCents,
    hash,
  };
}
