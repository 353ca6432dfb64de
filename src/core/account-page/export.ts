import type { Account } from '../account/account.ts';
import type { Store, StoredRecord } from '../store.ts';
import type { Clock } from '../time.ts';
import { allRecords } from '../usage/all-records.ts';
import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';

/** Everything that is kept about a wallet, as plain JSON. Times are ISO 8601 where we write them, else milliseconds. */
export interface AccountExport {
  exported_at: string;
  /** The account document; null: there is none yet. */
  account: object | null;
  receipts: object[];
  ledger: object[];
  audit: object[];
}

/** @returns a reader of what a wallet holds; hashes of keys to it are left out */
export function createAccountExport(deps: {
  users: Pick<AccountsOfUsers, 'idOf' | 'read'>;
  store: Pick<Store, 'records'>;
  clock: Clock;
}): (of: WalletUser) => Promise<AccountExport> {
  return async (of) => {
    const [accountId, account] = [await deps.users.idOf(of), await deps.users.read(of)];
    const bodies = async (kind: string): Promise<object[]> => {
      const pages: object[] = [];
      for await (const page of allRecords(deps.store, accountId, kind)) pages.push(...page.map(bodyOf));
      return pages.reverse();
    };
    const [receipts, ledger, audit] = await Promise.all([bodies('ask'), bodies('ledger'), bodies('audit')]);
    return {
      exported_at: new Date(deps.clock()).toISOString(),
      account: account === null ? null : withoutHashes(account),
      receipts,
      ledger,
      audit,
    };
  };
}

function withoutHashes({ linkCode: _code, claim: _claim, apiKeys, ...account }: Account): object {
  return { ...account, apiKeys: apiKeys.map(({ hash: _hash, ...key }) => key) };
}

function bodyOf({ id, at, body }: StoredRecord): object {
  return { id, at: new Date(at).toISOString(), ...body };
}
