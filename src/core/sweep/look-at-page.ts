import { unsettledTokens } from '../account/available.ts';
import { judgeDrift, type Sighting } from '../account/drift.ts';
import { requestReconcile } from '../account/reconcile.ts';
import type { CustomerBalance } from '../dodo/billing.ts';
import type { Metrics } from '../metrics.ts';
import type { Clock } from '../time.ts';
import type { Customers } from '../wallets/customers.ts';
import type { Wallets } from '../wallets/wallets.ts';

/** What was found on one page of Dodo's list of balances. */
export interface PageFindings {
  /** Sum of the differences, in tokens. */
  tokens: number;
  /** Accounts that differ. */
  accounts: number;
  /** Tokens used that Dodo's ledger does not show yet. */
  unsettled: number;
  /** Customers that are no account's. */
  strangers: CustomerBalance[];
  /** By customer, for the next sweep. */
  sightings: Map<string, Sighting>;
}

/** Compares the accounts on one page and asks for readings where they are needed. */
export type LookAtPage = (
  page: readonly CustomerBalance[],
  before: ReadonlyMap<string, Sighting>,
) => Promise<PageFindings>;

export function createLookAtPage(deps: {
  wallets: Wallets;
  customers: Pick<Customers, 'ownerOf'>;
  clock: Clock;
  metrics: Metrics;
}): LookAtPage {
  const { wallets } = deps;

  async function look(listed: CustomerBalance, before: Sighting | null, found: PageFindings): Promise<void> {
    const owner = await deps.customers.ownerOf(listed.customerId);
    if (owner.kind === 'nobody') found.strangers.push(listed);
    if (owner.kind !== 'account') return;
    const account = await wallets.read(owner.accountId);
    if (account === null) return;
    found.unsettled += unsettledTokens(account);
    const judged = judgeDrift(account, listed, before);
    if (judged.drift !== null) {
      found.accounts += 1;
      found.tokens += judged.drift;
    }
    if (judged.asks) await ask(owner.accountId);
    if (judged.sighting !== null) found.sightings.set(listed.customerId, judged.sighting);
  }

  async function ask(accountId: string): Promise<void> {
    await wallets.run(accountId, [], (account) => {
      if (account === null) return { account: null, reply: undefined };
      const now = deps.clock();
      const next = requestReconcile(account, 'swept', now, now);
      return { account: next.rows.length > 0 ? next.account : null, reply: undefined, rows: next.rows };
    });
    deps.metrics.count('sweep_readings');
  }

  return async (page, before) => {
    const found: PageFindings = { tokens: 0, accounts: 0, unsettled: 0, strangers: [], sightings: new Map() };
    await Promise.all(page.map((listed) => look(listed, before.get(listed.customerId) ?? null, found)));
    return found;
  };
}
