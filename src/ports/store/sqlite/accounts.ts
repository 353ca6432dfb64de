import type { Store } from '../../../core/store.ts';
import type { SqliteConnection } from './connection.ts';
import { createDocuments, DOCUMENTS, type DocumentVersion } from './documents.ts';
import type { Records } from './records.ts';
import type { Rows } from './rows.ts';

interface Deps {
  connection: SqliteConnection;
  rows: Rows;
  records: Records;
}

/** Documents and the compare-and-commit. */
export function createAccounts({ connection, rows, records }: Deps): Pick<Store, 'load' | 'recall' | 'commit'> {
  const { prepare, read, write, remember, now } = connection;
  const select = prepare<{ version: number; document: string }>('SELECT version, document FROM accounts WHERE id = ?');
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

  const documents = createDocuments(remember(DOCUMENTS));

  function newest(accountId: string): DocumentVersion | undefined {
    const known = documents.find(accountId);
    if (known !== undefined) return known;
    const kept = select.get(accountId);
    if (kept === undefined) return undefined;
    const durable = { version: kept.version, document: JSON.parse(kept.document) as object };
    documents.remember(accountId, durable);
    return durable;
  }

  return {
    load: (accountId, keys) =>
      read(() => {
        const { version, document } = newest(accountId) ?? { version: 0, document: null };
        const at = now();
        const seen = new Set(keys.filter((key) => selectSeen.get(accountId, key, at) !== undefined));
        return { version, document, seen };
      }),
    // To load costs no round trip here.
    recall: async () => null,
    commit: async (commit) => {
      const { accountId, expectedVersion, at } = commit;
      const document = JSON.stringify(commit.document);
      const isWritten = await write(() => {
        documents.forget(accountId);
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
