import { DatabaseSync } from 'node:sqlite';
import { createPrivateFile } from './private-file.ts';

export interface StoreLock {
  release(): void;
}

/**
 * Makes this process the only one on a store, for as long as it lives: an exclusive transaction on `<path>.lock`.
 * A file of its own, so that the store stays readable by SQLite's tools; a lock of the operating system, so that it
 * ends with the process however that ends (https://www.sqlite.org/lockingv3.html).
 * @param path the store's file; links resolved, or two names would have two locks
 * @throws Error when another process, or this one, has the store open
 */
export function lockStore(path: string): StoreLock {
  const lockPath = `${path}.lock`;
  createPrivateFile(lockPath);
  const database = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) throw new Error(`The store ${path} is in use by another process (its lock is ${lockPath})`);
    throw new Error(`The lock ${lockPath} of the store cannot be taken`, { cause: error });
  }
  return { release: () => database.close() };
}

/** SQLITE_BUSY, in its plain and its extended forms (https://www.sqlite.org/rescode.html). */
function isBusy(error: unknown): boolean {
  return (
    error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 5
  );
}
