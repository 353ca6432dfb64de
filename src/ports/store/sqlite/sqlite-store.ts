import type { Store } from '../../../core/store.ts';
import { createAccounts } from './accounts.ts';
import { openConnection, type SqliteConnection, type SqliteOptions } from './connection.ts';
import { createCoordination } from './coordination.ts';
import { createIndexes } from './indexes.ts';
import { openReader } from './reader.ts';
import { createRecords } from './records.ts';
import { createRows } from './rows.ts';
import { createSweep } from './sweep.ts';

/** The store on one SQLite file, for one process. */
export interface SqliteStore extends Store {
  /** The open file, for what else lives in it. `close()` of the store closes it. */
  connection: SqliteConnection;
}

/**
 * Opens a store, making or migrating its file.
 * @throws Error that names the file when it is in use by another process, newer than the code, or not to be opened
 */
export async function createSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  return storeOn(openConnection(options));
}

/**
 * A store's file beside the process that has it open: what reads works, what writes is refused.
 * @throws Error that names the file when there is none
 */
export function createSqliteReader(options: Pick<SqliteOptions, 'path' | 'now'>): Store {
  return storeOn(openReader(options));
}

function storeOn(connection: SqliteConnection): SqliteStore {
  const rows = createRows(connection);
  const records = createRecords(connection);
  const { add: _add, drop: _drop, ...rowMethods } = rows;
  const { keep: _keep, ...recordMethods } = records;
  const noteCheck = connection.prepare(
    'INSERT INTO write_checks (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at',
  );
  return {
    connection,
    ...createAccounts({ connection, rows, records }),
    ...rowMethods,
    ...recordMethods,
    ...createIndexes(connection),
    ...createCoordination(connection),
    sweep: createSweep(connection),
    check: () =>
      connection.write(() => {
        noteCheck.run(connection.now());
      }),
    close: async () => connection.close(),
  };
}
