import type { NewRecord, Store, StoredRecord } from '../../../core/store.ts';
import type { SqliteConnection } from './connection.ts';

interface RecordColumns {
  kind: string;
  id: string;
  account_id: string;
  at: number;
  body: string;
}

export interface Records extends Pick<Store, 'record' | 'records'> {
  /** For use within a write: keeps a record in place of one with the same kind and id. */
  keep(accountId: string, record: NewRecord): void;
}

export function createRecords({ prepare, read }: SqliteConnection): Records {
  const upsert = prepare(
    `INSERT INTO records (kind, id, account_id, at, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (kind, id) DO UPDATE SET account_id = excluded.account_id, at = excluded.at, body = excluded.body`,
  );
  const byId = prepare<RecordColumns>('SELECT kind, id, account_id, at, body FROM records WHERE kind = ? AND id = ?');
  const newest = prepare<RecordColumns>(
    `SELECT kind, id, account_id, at, body FROM records WHERE account_id = ? AND kind = ?
     ORDER BY at DESC, seq DESC LIMIT ?`,
  );
  const following = prepare<RecordColumns>(
    `SELECT kind, id, account_id, at, body FROM records WHERE account_id = ? AND kind = ?
     AND (at, seq) < (SELECT at, seq FROM records WHERE account_id = ? AND kind = ? AND id = ?)
     ORDER BY at DESC, seq DESC LIMIT ?`,
  );
  return {
    keep: (accountId, { kind, id, at, body }) => {
      upsert.run(kind, id, accountId, at, JSON.stringify(body));
    },
    record: (kind, id) =>
      read(() => {
        const columns = byId.get(kind, id);
        return columns ? toRecord(columns) : null;
      }),
    records: (accountId, kind, limit, after) =>
      read(() => {
        const found =
          after === undefined
            ? newest.all(accountId, kind, limit)
            : following.all(accountId, kind, accountId, kind, after, limit);
        return found.map(toRecord);
      }),
  };
}

function toRecord({ kind, id, account_id, at, body }: RecordColumns): StoredRecord {
  return { kind, id, accountId: account_id, at, body: JSON.parse(body) };
}
