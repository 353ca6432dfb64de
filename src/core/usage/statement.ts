import type { Receipt } from '../account/receipt.ts';
import type { LedgerRow } from '../dodo/billing.ts';
import type { Store } from '../store.ts';
import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import type { WalletFigures, WalletView } from '../wallets/wallet-view.ts';
import type { Wallets } from '../wallets/wallets.ts';

/** A member's wallet with everything that was booked on it, oldest first. */
export interface Statement {
  customerId: string | null;
  figures: WalletFigures;
  receipts: Receipt[];
  /** The rows of Dodo's ledger that have been applied. */
  ledger: LedgerRow[];
}

export interface Statements {
  /** @param limit the most receipts, and the most rows; the newest ones are given */
  of(user: WalletUser, limit?: number): Promise<Statement>;
}

const MOST = 10_000;

/** Reads the books of one wallet; changes nothing. */
export function createStatements(deps: {
  wallets: Pick<Wallets, 'read'>;
  store: Pick<Store, 'records'>;
  view: Pick<WalletView, 'figures'>;
  users: Pick<AccountsOfUsers, 'idOf'>;
}): Statements {
  return {
    async of(user, limit = MOST) {
      const accountId = await deps.users.idOf(user);
      const [account, figures, receipts, rows] = await Promise.all([
        deps.wallets.read(accountId),
        deps.view.figures(user),
        deps.store.records(accountId, 'ask', limit),
        deps.store.records(accountId, 'ledger', limit),
      ]);
      return {
        customerId: account?.customerId ?? null,
        figures,
        receipts: receipts.map((record) => record.body as Receipt).reverse(),
        ledger: rows.map((record) => record.body as LedgerRow).reverse(),
      };
    },
  };
}
