import { closeSync, openSync } from 'node:fs';

/**
 * Makes an empty file that only its owner can read, unless it is there.
 * It never opens a file that is there: closing any handle of a file drops all locks this process holds on it,
 * SQLite's included (https://www.sqlite.org/howtocorrupt.html, 2.2).
 */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
