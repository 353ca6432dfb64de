import type { Store } from '../../../core/store.ts';
import type { SqliteConnection } from './connection.ts';
import { createDocuments } from './documents.ts';
import type { Records } from './records.ts';
import type { Rows } from './rows.ts';

interface Deps {
  connection: SqliteConnection;
  rows: Rows;
  records: Records;
}

/** Documents and the compare-and-commit. */
export function createAccounts({ connection, rows, records }: Deps): Pick<Store, 'load' | 'commit'> {
  const { prepare, read, write, now } = connection;
  const selectVersion = prepare<{ version: number }>('SELECT version FROM accounts WHERE id = ?');
  const select = prepare<{ document: string }>('SELECT document FROM accounts WHERE id = ?');
  const insert = prepare(
    'INSERT INTO accounts (id, version, document, updated_at) VALUES (?, 1, ?, ?) ON CONFLICT (id) DO NOTHING',
  );
  const update = prepare(
    'UPDATE accounts SET version = version + 1, document = ?, updated_at = ? WHERE id = ? AND version = ?',
  );
  const selectSeen = prepare<object>('SELECT 1 FROM seen_keys WHERE account_id = ? AND key = ? AND expires_at > ?');
  const see = prepare(
    `INSERT INTO seen_keys (account_id, key, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (account_id, key) DO UPDATE SET expires_at = excluded.expires_at`,
  );

  const documents = createDocuments();

  function documentOf(accountId: string, version: number): object {
    const known = documents.find(accountId, version);
    if (known !== undefined) return known;
    const document = JSON.parse(select.get(accountId)?.document ?? '');
    documents.remember(accountId, { version, document });
    return document;
  }

  return {
    load: (accountId, keys) =>
      read(() => {
        const version = selectVersion.get(accountId)?.version ?? 0;
        const at = now();
        return {
          version,
          document: version === 0 ? null : documentOf(accountId, version),
          seen: new Set(keys.filter((key) => selectSeen.get(accountId, key, at) !== undefined)),
        };
      }),
    commit: async (commit) => {
      const { accountId, expectedVersion, at } = commit;
      const document = JSON.stringify(commit.document);
      const isWritten = await write(() => {
        const written =
          expectedVersion === 0
            ? insert.run(accountId, document, at)
            : update.run(document, at, accountId, expectedVersion);
        if (written === 0) return false;
        for (const { key, expiresAt } of commit.seen) see.run(accountId, key, expiresAt);
        // Removed before added, so that one commit can put a row in the place of its predecessor.
        for (const id of commit.removeRows) rows.drop(id);
        for (const row of commit.rows) rows.add(row, at);
        for (const record of commit.records) records.keep(accountId, record);
        return true;
      });
      if (isWritten) documents.remember(accountId, { version: expectedVersion + 1, document: commit.document });
      return isWritten;
    },
  };
}
