import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createStatement, type SqliteConnection, type SqliteOptions } from './connection.ts';
import { noMemory } from './memory.ts';

/**
 * Opens a store's file for reading, without its lock.
 * @throws Error that names the file when there is none, or it is not to be read
 */
export function openReader({ path, now }: Pick<SqliteOptions, 'path' | 'now'>): SqliteConnection {
  const file = resolve(path);
  if (!existsSync(file)) throw new Error(`There is no store ${file}: expected the file that DATABASE_PATH names`);
  const database = open(file);
  return {
    path: file,
    now,
    prepare: (sql) => createStatement(database, sql),
    read: async (job) => job(),
    write: async () => {
      throw new Error(`The store ${file} was opened for reading only`);
    },
    remember: () => noMemory,
    close: () => database.close(),
  };
}

function open(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { readOnly: true });
  } catch (error) {
    throw new Error(`The store ${file} cannot be read`, { cause: error });
  }
}
