import { createHash } from 'node:crypto';
import { type Account, newAccount } from '../../../src/core/account/account.ts';
import type { Rules } from '../../../src/core/account/rules.ts';
import { createCatalogue, DEFAULT_TERMS } from '../../../src/core/catalogue.ts';
import type { ModelRules } from '../../../src/core/models.ts';
import type { Store } from '../../../src/core/store.ts';
import { SECOND } from '../../../src/core/time.ts';
import { accountIdOf } from '../../../src/core/wallets/identity.ts';

export const hash = (text: string) => createHash('sha256').update(text).digest('hex');

export const BENCH_PRODUCTS = { starter: 'pdt_starter', pro: 'pdt_pro', topup: 'pdt_topup' };
export const BENCH_ENTITLEMENT = 'cde_tokens';
export const BENCH_TEAM = 'T0BENCH';

/** What an operator has fixed: no limits that a benchmark would only measure. */
export const benchRules: Rules = {
  catalogue: createCatalogue(DEFAULT_TERMS, { entitlementId: BENCH_ENTITLEMENT, productIds: BENCH_PRODUCTS }),
  maxAsksPerAccount: 100_000,
  asksPerMinute: 0,
  balanceMaxAgeMs: 900 * SECOND,
  settleWithoutPlan: 'debit',
  usageGatherMs: 10 * SECOND,
  overageCapCents: 5_000,
  hash,
};

export const benchModel: ModelRules = {
  contextTokens: 400_000,
  maxOutputTokens: 128_000,
  leastOutputTokens: 128,
  inputWeight: 1_000,
  cachedInputWeight: 1_000,
  outputWeight: 1_000,
};

/** A member's wallet as it is in the middle of a month: a plan that runs, two grants, tokens enough for any bench. */
export function fundedAccount(
  name: string,
  now: number,
  { platform = 'discord', balance = 1_000_000_000_000 }: { platform?: 'discord' | 'slack'; balance?: number } = {},
): Account {
  const owner = { platform, workspace: platform === 'slack' ? BENCH_TEAM : '', user: name };
  const id = accountIdOf(hash, owner);
  const customerId = `cus_${name}`;
  const grantedAt = now - 10 * 86_400_000;
  return {
    ...newAccount(id, owner, grantedAt),
    customerId,
    ledger: {
      balance,
      overage: 0,
      rowId: `cdl_${name}`,
      rowAt: grantedAt,
      rowsBeside: [],
      anchorAt: grantedAt,
      wholeUntil: grantedAt,
      confirmedAt: now,
      zeroAt: null,
    },
    grants: [
      { id: `cdg_${name}_1`, remaining: Math.floor(balance / 2), expiresAt: now + 20 * 86_400_000 },
      { id: `cdg_${name}_2`, remaining: Math.ceil(balance / 2), expiresAt: now + 300 * 86_400_000 },
    ],
    subscriptions: [
      {
        id: `sub_${name}`,
        customerId,
        productId: BENCH_PRODUCTS.starter,
        status: 'active',
        createdAt: grantedAt,
        nextBillingAt: now + 20 * 86_400_000,
        endsAtPeriodEnd: false,
        overage: null,
        eventAt: grantedAt,
        cancelling: false,
        cycleStartedAt: grantedAt,
        scheduledChange: null,
      },
    ],
    lowBalance: { granted: 10_000_000, grantedAt, told: null, episode: 1 },
  };
}

/** Writes accounts that are not there yet, many at a time. */
export async function seed(store: Store, accounts: Iterable<Account>, now: number): Promise<void> {
  const commits: Promise<unknown>[] = [];
  for (const account of accounts) {
    commits.push(
      store.commit({
        accountId: account.id,
        expectedVersion: 0,
        document: account,
        seen: [],
        rows: [],
        removeRows: [],
        records: [],
        at: now,
      }),
    );
    if (commits.length === 1_000) await Promise.all(commits.splice(0));
  }
  await Promise.all(commits);
}
