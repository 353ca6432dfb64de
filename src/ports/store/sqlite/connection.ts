import { chmodSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Millis } from '../../../core/store.ts';
import { createGroupCommit } from './group-commit.ts';
import { lockStore } from './lock.ts';
import { createMemory, type Memory } from './memory.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/all.ts';
import { createPrivateFile } from './private-file.ts';

/** Only tools outside this process can hold the file; waiting for them stops the event loop. */
const BUSY_TIMEOUT_MS = 1_000;

/** A prepared statement whose result rows have the columns of `R`. */
export interface Statement<R> {
  get(...values: SQLInputValue[]): R | undefined;
  all(...values: SQLInputValue[]): R[];
  /** @returns how many table rows it changed */
  run(...values: SQLInputValue[]): number;
}

/** One open store file, shared by everything that lives in it. */
export interface SqliteConnection {
  path: string;
  now(): Millis;
  /** `R` is believed: it must name the statement's columns. The statement lives as long as the connection. */
  prepare<R = never>(sql: string): Statement<R>;
  /** Runs `job` at once. It sees committed state only, since transactions begin and end within one call. */
  read<T>(job: () => T): Promise<T>;
  /** Runs `job` in the next shared transaction; durable when it resolves. `job` must be synchronous. */
  write<T>(job: () => T): Promise<T>;
  /** @returns room for what is read again and again; keeps nothing where somebody else may write */
  remember<Value extends object>(most: number): Memory<Value>;
  close(): void;
}

export interface SqliteOptions {
  /** The database file; it and its folder are made when missing, readable by their owner only. */
  path: string;
  now(): Millis;
  /** Told what the operator should know and the store can live with. */
  onWarning?: (message: string) => void;
  /** Told after each transaction how many writes shared it. */
  onTransaction?: (writes: number) => void;
}

/** @throws Error that names the file when it is in use, newer than the code, another program's or not to be opened */
export function openConnection(options: SqliteOptions): SqliteConnection {
  const path = preparePath(options);
  const lock = lockStore(path);
  let database: DatabaseSync;
  try {
    database = openDatabase(path, options);
  } catch (error) {
    lock.release();
    throw error;
  }
  const group = createGroupCommit(database, `The store ${path}`, options.onTransaction ?? (() => {}));
  const beginReading = database.prepare('BEGIN');
  const endReading = database.prepare('COMMIT');
  let open = true;
  let look: { isBegun: boolean } | null = null;

  /** Else each statement of a look would take and give back the file's lock; what is answered from memory takes none. */
  function beginLook(): void {
    if (look === null || look.isBegun) return;
    beginReading.run();
    look.isBegun = true;
  }

  return {
    path,
    now: options.now,
    prepare: (sql) => createStatement(database, sql, beginLook),
    read: async (job) => {
      if (!open) throw new Error(`The store ${path} is closed`);
      const ours = { isBegun: false };
      look = ours;
      try {
        return job();
      } finally {
        look = null;
        // SQLite ends it by itself where the disk fails.
        if (ours.isBegun && database.isTransaction) endReading.run();
      }
    },
    write: group.write,
    remember: createMemory,
    close: () => {
      if (!open) return;
      open = false;
      group.close();
      database.close();
      lock.release();
    },
  };
}

function preparePath({ path, onWarning }: SqliteOptions): string {
  const wanted = resolve(path);
  try {
    mkdirSync(dirname(wanted), { recursive: true, mode: 0o700 });
    createPrivateFile(wanted);
  } catch (error) {
    throw new Error(`The store ${wanted} cannot be made`, { cause: error });
  }
  const real = realpathSync(wanted);
  try {
    chmodSync(real, 0o600);
  } catch {
    onWarning?.(`The store ${real} belongs to another user: expected to be able to set its mode to 0600`);
  }
  return real;
}

function openDatabase(path: string, { onWarning }: SqliteOptions): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
    if (mode !== 'wal') onWarning?.(`The store ${path} is slower than it could be: expected WAL, got ${mode}`);
    // FULL: a commit that was told survives a power cut (https://www.sqlite.org/pragma.html#pragma_synchronous);
    // fullfsync is what that takes on macOS and means nothing elsewhere. A checkpoint at every 16 MB instead of 4 writes
    // pages that change again and again less often, and takes no longer. 8 MB of pages in memory instead of 2 are read again
    // less often.
    database.exec(
      'PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000; PRAGMA journal_size_limit = 67108864',
    );
    migrate(database, path, migrations);
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Error && error.message.includes(path)) throw error;
    throw new Error(`The store ${path} cannot be opened`, { cause: error });
  }
}

/**
 * @param beforeReading called before each `get` and `all`
 * @returns the statement, prepared; texts are checked on their way in
 */
export function createStatement<R>(database: DatabaseSync, sql: string, beforeReading = () => {}): Statement<R> {
  const statement = database.prepare(sql);
  return {
    get(...values) {
      beforeReading();
      return statement.get(...wellFormed(values)) as R | undefined;
    },
    all(...values) {
      beforeReading();
      return statement.all(...wellFormed(values)) as R[];
    },
    run: (...values) => Number(statement.run(...wellFormed(values)).changes),
  };
}

/** Half a surrogate pair would be kept as U+FFFD: two ids could become one. */
function wellFormed(values: SQLInputValue[]): SQLInputValue[] {
  for (const value of values)
    if (typeof value === 'string' && !value.isWellFormed())
      throw new TypeError(`Expected well-formed Unicode, got ${JSON.stringify(value.slice(0, 60))}`);
  return values;
}
