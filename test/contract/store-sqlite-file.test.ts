import { existsSync, statSync, symlinkSync } from 'node:fs';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkSqliteDurability } from '../../src/ports/store/sqlite/durability.ts';
import { migrate } from '../../src/ports/store/sqlite/migrate.ts';
import { migrations } from '../../src/ports/store/sqlite/migrations/all.ts';
import { createSqliteStore, type SqliteStore } from '../../src/ports/store/sqlite/sqlite-store.ts';
import { claimAll, commitOf, rowOf, START } from './store-harness.ts';
import { temporaryDatabase } from './store-sqlite-files.ts';

const now = () => START;

describe("the SQLite store's file", () => {
  let file = { path: '', remove: async () => {} };
  const stores: SqliteStore[] = [];
  const open = async (path = file.path) => {
    const store = await createSqliteStore({ path, now });
    stores.push(store);
    return store;
  };

  beforeEach(async () => {
    file = await temporaryDatabase();
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    await file.remove();
  });

  /** Opens the file beside the store, as a tool would. */
  function withTool<T>(use: (tool: DatabaseSync) => T): T {
    const tool = new DatabaseSync(file.path);
    try {
      return use(tool);
    } finally {
      tool.close();
    }
  }

  it.skipIf(process.platform === 'win32')('is readable by its owner only, as are the files beside it', async () => {
    const store = await open();
    await store.check();
    for (const suffix of ['', '-wal', '-shm', '.lock'])
      expect([suffix, statSync(file.path + suffix).mode & 0o777]).toEqual([suffix, 0o600]);
    expect(statSync(dirname(file.path)).mode & 0o777).toBe(0o700);
  });

  it.skipIf(process.platform === 'win32')('is made private when it was not', async () => {
    await mkdir(dirname(file.path));
    await writeFile(file.path, '', { mode: 0o644 });
    await open();
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
  });

  it('is in WAL, with every commit synced', async () => {
    const { connection } = await open();
    const value = (pragma: string) => Object.values(connection.prepare<object>(`PRAGMA ${pragma}`).get() ?? {})[0];
    expect(value('journal_mode')).toBe('wal');
    expect(value('synchronous')).toBe(2);
    expect(await checkSqliteDurability(connection)).toEqual([]);
  });

  it.each([
    ['synchronous = NORMAL', "SQLite's synchronous is 1; expected FULL."],
    ['journal_mode = DELETE', "SQLite's journal mode is delete; expected wal. Put the file on a local disk."],
  ])('is not durable with %s, and that is said', async (pragma, problem) => {
    const { connection } = await open();
    connection.prepare(`PRAGMA ${pragma}`).get();
    expect(await checkSqliteDurability(connection)).toEqual([problem]);
  });

  it('can be read by a tool while the store is open', async () => {
    const store = await open();
    await store.commit(commitOf({ document: { n: 1 } }));
    expect(withTool((tool) => tool.prepare('SELECT document FROM accounts').get())).toEqual({ document: '{"n":1}' });
  });

  it('is refused to a second store of the same process, also through a link, and left usable by the first', async () => {
    const store = await open();
    await expect(open()).rejects.toThrow(`The store ${file.path} is in use by another process`);
    const link = join(dirname(file.path), 'link.db');
    symlinkSync(file.path, link);
    await expect(open(link)).rejects.toThrow('is in use by another process');
    await expect(open()).rejects.toThrow('is in use by another process');
    await store.check();
    await store.close();
    await open(link);
  });

  it('waits for a tool that writes and rejects when that takes too long', async () => {
    const store = await open();
    const tool = new DatabaseSync(file.path);
    tool.exec('BEGIN IMMEDIATE');
    await expect(store.commit(commitOf({}))).rejects.toThrow('locked');
    tool.exec('COMMIT');
    tool.close();
    expect(await store.commit(commitOf({}))).toBe(true);
  });

  it('is refused when a newer version wrote it, and left as it was', async () => {
    await (await open()).close();
    withTool((tool) => tool.exec(`PRAGMA user_version = ${migrations.length + 1}`));
    await expect(open()).rejects.toThrow(
      `The store ${file.path} was written by a newer version: ` +
        `expected layout ${migrations.length} or older, got ${migrations.length + 1}`,
    );
    withTool((tool) => tool.exec(`PRAGMA user_version = ${migrations.length}`));
    await open();
  });

  it('is refused when it is no database or the database of another program', async () => {
    await mkdir(dirname(file.path));
    await writeFile(file.path, 'this is a text of more than a few bytes, no database at all'.repeat(20));
    await expect(open()).rejects.toThrow(`The store ${file.path} cannot be opened`);
    await writeFile(file.path, '');
    withTool((tool) => tool.exec('CREATE TABLE notes (text)'));
    await expect(open()).rejects.toThrow(`${file.path} is an SQLite file of another program`);
    expect(withTool((tool) => tool.prepare('SELECT name FROM sqlite_schema').all())).toEqual([{ name: 'notes' }]);
  });

  it('names the path when its folder cannot be made', async () => {
    await mkdir(dirname(file.path));
    await writeFile(file.path, '');
    await expect(open(join(file.path, 'below', 'x.db'))).rejects.toThrow('x.db cannot be made');
  });

  it('keeps what an older layout holds when it is brought up to date', async () => {
    await mkdir(dirname(file.path));
    withTool((tool) => {
      migrate(tool, file.path, migrations.slice(0, 1));
      tool.exec(`INSERT INTO accounts VALUES ('a', 3, '{"n":3}', 0)`);
      expect(tool.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    });
    const store = await open();
    expect(await store.load('a', [])).toMatchObject({ version: 3, document: { n: 3 } });
    expect(withTool((tool) => tool.prepare('PRAGMA user_version').get())).toEqual({ user_version: migrations.length });
  });

  it('undoes a migration that fails half-way and names it', async () => {
    await mkdir(dirname(file.path));
    const bad = { version: 2, name: 'bad', sql: 'CREATE TABLE half (n); CREATE TABLE half (n)' };
    withTool((tool) => {
      expect(() => migrate(tool, file.path, [...migrations.slice(0, 1), bad])).toThrow('Migration 2 (bad)');
      expect(tool.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
      expect(tool.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get()).toBeUndefined();
    });
    await open();
  });

  it('refuses a list of migrations with a gap', () => {
    const gap = { version: 3, name: 'gap', sql: '' };
    const memory = new DatabaseSync(':memory:');
    expect(() => migrate(memory, 'x', [...migrations.slice(0, 1), gap])).toThrow('Expected migration 2, got 3');
    memory.close();
  });

  it('finds due rows by index, however many rows there are', async () => {
    const store = await open();
    await store.commit(commitOf({ rows: [rowOf('r')] }));
    const plan = withTool((tool) =>
      tool
        .prepare(
          'EXPLAIN QUERY PLAN SELECT id FROM work_rows WHERE topic = ? AND due_at <= ? ORDER BY due_at, created_at, seq LIMIT ?',
        )
        .all('usage', 1, 1)
        .map(({ detail }) => detail),
    );
    expect(plan).toEqual([expect.stringContaining('INDEX work_rows_due')]);
    expect(await claimAll(store, START)).toHaveLength(1);
  });

  it('says what the disk said when it cannot be read, and is read again once it can', async () => {
    const store = await open();
    const body = { text: 'x'.repeat(400_000) };
    // More than SQLite has pages in memory.
    for (let n = 0; n < 25; n += 1) {
      const records = [{ kind: 'note', id: `${n}`, at: START, body }];
      await store.commit(commitOf({ expectedVersion: n, records }));
    }
    const journal = `${file.path}-wal`;
    const whole = await readFile(journal);
    await truncate(journal, 0);
    await expect(store.record('note', '0')).rejects.toThrow('disk I/O error');
    await writeFile(journal, whole);
    expect(await store.record('note', '0')).toMatchObject({ body });
  });

  it('is rid of what has expired after a sweep', async () => {
    const store = await open();
    for (const expiresAt of [START, START + 1]) {
      const keys = expiresAt === START ? 1_200 : 1;
      const seen = Array.from({ length: keys }, (_, n) => ({ key: `k${n}`, expiresAt }));
      await store.commit(commitOf({ accountId: `${expiresAt}`, seen }));
      await store.put(rowOf(`${expiresAt}`), { key: `${expiresAt}`, expiresAt }, 0);
      await store.increment(`${expiresAt}`, 1, expiresAt, 0);
      await store.lease(`${expiresAt}`, 'owner', expiresAt, 0);
    }
    await store.sweep(START);
    for (const table of ['seen_keys', 'put_keys', 'counters', 'leases'])
      expect(withTool((tool) => tool.prepare(`SELECT '${table}' AS t, expires_at FROM ${table}`).all())).toEqual([
        { t: table, expires_at: START + 1 },
      ]);
  });

  it('leaves no journal behind when it is closed', async () => {
    const store = await open();
    await store.check();
    await store.close();
    expect(existsSync(`${file.path}-wal`)).toBe(false);
  });
});
