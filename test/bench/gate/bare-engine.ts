import { DatabaseSync } from 'node:sqlite';
import { createClient } from '@redis/client';

/** Durable commits as the gate made them, and how many writes they carried in all. */
export interface Commits {
  commits: number;
  writes: number;
}

/** Each write differs: SQLite skips one that changes nothing. */
function textOf(size: number, write: number): string {
  return String(write).padEnd(size, '.');
}

/**
 * SQLite alone, with the settings of the store's file: as many transactions as the gate made, with as many writes in
 * them, each of a text as long as an account document.
 * @param keys rows that are written in turn
 * @returns seconds
 */
export function runBareSqlite(
  path: string,
  { commits, writes }: Commits,
  keys: readonly string[],
  size: number,
): number {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000');
  database.exec('CREATE TABLE bare (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID');
  const put = database.prepare(
    'INSERT INTO bare (key, text) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET text = excluded.text',
  );
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  begin.run();
  for (const key of keys) put.run(key, textOf(size, 0));
  commit.run();

  const from = performance.now();
  let written = 0;
  for (let made = 1; made <= commits; made += 1) {
    begin.run();
    for (; written < Math.round((writes * made) / commits); written += 1) {
      put.run(keys[written % keys.length] ?? '', textOf(size, written));
    }
    commit.run();
  }
  const seconds = (performance.now() - from) / 1_000;
  database.close();
  return seconds;
}

/**
 * Redis alone, with the settings that the store demands: as many durable commands as the gate sent scripts, as many side
 * by side, each with a text as long as an account document.
 * @returns seconds
 */
export async function runBareRedis(
  url: string,
  { commits }: Commits,
  keys: readonly string[],
  size: number,
  atOnce: number,
): Promise<number> {
  const client = await createClient({ url }).connect();
  const from = performance.now();
  let made = 0;
  async function sender(): Promise<void> {
    while (made < commits) {
      made += 1;
      await client.set(`bare:${keys[made % keys.length]}`, textOf(size, made));
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sender));
  const seconds = (performance.now() - from) / 1_000;
  client.destroy();
  return seconds;
}
