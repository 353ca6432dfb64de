import { decideReading, keysOfRows, readLedgerSince } from '../account/ledger.ts';
import type { Moment, Rules } from '../account/rules.ts';
import type { Wallets } from '../wallets/wallets.ts';
import type { Billing, CallShare } from './billing.ts';

/** Reads an account's ledger and grants from Dodo and takes them over. Throws BillingError. @param share reconcile by default */
export type ReadLedger = (accountId: string, share?: CallShare) => Promise<void>;

export function createReadLedger(deps: {
  wallets: Wallets;
  billing: Pick<Billing, 'readLedger' | 'readGrants'>;
  rules: Rules;
  moment(): Moment;
}): ReadLedger {
  const { wallets, billing, rules } = deps;
  return async (accountId, share = 'reconcile') => {
    const account = await wallets.read(accountId);
    if (account === null || account.customerId === null) return;
    const startedAt = deps.moment().now;
    const seq = account.reconcile.requested;
    const [rows, grants] = await Promise.all([
      billing.readLedger(account.customerId, readLedgerSince(account), share),
      billing.readGrants(account.customerId, share),
    ]);
    await wallets.run(accountId, keysOfRows(rows), (current, seen) => {
      if (current === null) return { account: null, reply: undefined };
      return decideReading(current, { seq, rows, grants, startedAt }, seen, rules, deps.moment());
    });
  };
}
