import type { DatabaseSync } from 'node:sqlite';
import type { Migration } from './migrations/migration.ts';

/** "tally" cut to four letters, in the file's header (https://www.sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x74616c6c;

/**
 * Brings a file to the layout of the code. Each step is a transaction of its own; there is no way back.
 * @param migrations numbered 1, 2, 3 … without gaps
 * @throws Error when the file is another program's, or newer than the code; it is left as it was
 */
export function migrate(database: DatabaseSync, path: string, migrations: readonly Migration[]): void {
  migrations.forEach((migration, index) => {
    if (migration.version !== index + 1)
      throw new Error(`Expected migration ${index + 1}, got ${migration.version} (${migration.name})`);
  });
  const found = readHeader(database, 'user_version');
  if (readHeader(database, 'application_id') !== APPLICATION_ID && !isEmpty(database))
    throw new Error(`${path} is an SQLite file of another program: expected a store of tallybot or a new file`);
  if (found > migrations.length)
    throw new Error(
      `The store ${path} was written by a newer version: expected layout ${migrations.length} or older, got ${found}`,
    );
  for (const migration of migrations.slice(found)) {
    try {
      database.exec(`
        BEGIN IMMEDIATE;
        ${migration.sql};
        PRAGMA application_id = ${APPLICATION_ID};
        PRAGMA user_version = ${migration.version};
        COMMIT;
      `);
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw new Error(`Migration ${migration.version} (${migration.name}) of the store ${path} failed`, {
        cause: error,
      });
    }
  }
}

function readHeader(database: DatabaseSync, field: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${field}`).get()?.[field]);
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}
