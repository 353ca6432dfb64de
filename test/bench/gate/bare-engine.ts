import { DatabaseSync } from 'node:sqlite';
import { createClient } from '@redis/client';

/** Durable commits as the gate made them, and what they carried in all. */
export interface Commits {
  commits: number;
  documents: number;
  /** Seen keys, rows that came, changed or went, and records. */
  rows: number;
}

/** Characters of a row's text, about as the gate's have. */
const ROW_SIZE = 300;

/** Each write differs: SQLite skips one that changes nothing. */
function textOf(size: number, write: number): string {
  return String(write).padEnd(size, '.');
}

/** Hands out the documents and rows of each commit, as evenly as they go. */
function* shares({ commits, documents, rows }: Commits): Generator<{ documents: number[]; rows: number[] }> {
  const until = (all: number, made: number) => Math.round((all * made) / commits);
  const part = (all: number, made: number) =>
    Array.from({ length: until(all, made) - until(all, made - 1) }, (_, n) => until(all, made - 1) + n);
  for (let made = 1; made <= commits; made += 1) yield { documents: part(documents, made), rows: part(rows, made) };
}

/**
 * SQLite alone, with the settings of the store's file: as many transactions as the gate made, with as many documents and
 * rows in them, each in the plainest table.
 * @param keys of documents, written in turn; each row has a key of its own
 * @param size characters of a document
 * @returns seconds
 */
export function runBareSqlite(path: string, durable: Commits, keys: readonly string[], size: number): number {
  const database = new DatabaseSync(path);
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000',
  );
  const putInto = (table: string) => {
    database.exec(`CREATE TABLE ${table} (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID`);
    return database.prepare(
      `INSERT INTO ${table} (key, text) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET text = excluded.text`,
    );
  };
  const [putDocument, putRow] = [putInto('documents'), putInto('rows')];
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  begin.run();
  for (const key of keys) putDocument.run(key, textOf(size, 0));
  commit.run();

  const from = performance.now();
  for (const { documents, rows } of shares(durable)) {
    begin.run();
    for (const n of documents) putDocument.run(keys[n % keys.length] ?? '', textOf(size, n));
    for (const n of rows) putRow.run(`row ${n}`, textOf(ROW_SIZE, n));
    commit.run();
  }
  const seconds = (performance.now() - from) / 1_000;
  database.close();
  return seconds;
}

/**
 * Redis alone, with the settings that the store demands: as many durable commands as the gate sent, with as many
 * documents and rows in them.
 * @param atOnce commands side by side
 * @returns seconds
 */
export async function runBareRedis(
  url: string,
  durable: Commits,
  keys: readonly string[],
  size: number,
  atOnce: number,
): Promise<number> {
  const client = await createClient({ url }).connect();
  const waiting = shares(durable);
  const from = performance.now();
  async function sender(): Promise<void> {
    for (const { documents, rows } of waiting) {
      await client.mSet([
        ...documents.map((n): [string, string] => [`bare:${keys[n % keys.length]}`, textOf(size, n)]),
        ...rows.map((n): [string, string] => [`bare:row:${n}`, textOf(ROW_SIZE, n)]),
      ]);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sender));
  const seconds = (performance.now() - from) / 1_000;
  client.destroy();
  return seconds;
}
