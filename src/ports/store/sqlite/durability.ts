import type { SqliteConnection } from './connection.ts';

/** SQLite's number for PRAGMA synchronous=FULL (https://www.sqlite.org/pragma.html#pragma_synchronous). */
const FULL = 2;

/**
 * Asks SQLite whether a commit survives a crash of the machine.
 * @returns what is not safe, in words with the cure; empty when all is
 */
export async function checkSqliteDurability(connection: SqliteConnection): Promise<string[]> {
  return connection.read(() => {
    const journal = connection.prepare<{ journal_mode: string }>('PRAGMA journal_mode').get()?.journal_mode;
    const synchronous = connection.prepare<{ synchronous: number }>('PRAGMA synchronous').get()?.synchronous;
    return [
      ...(journal === 'wal'
        ? []
        : [`SQLite's journal mode is ${journal}; expected wal. Put the file on a local disk.`]),
      ...(synchronous !== undefined && synchronous >= FULL
        ? []
        : [`SQLite's synchronous is ${synchronous}; expected FULL.`]),
    ];
  });
}
