import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteReader, createSqliteStore, type SqliteStore } from '../../src/ports/store/sqlite/sqlite-store.ts';
import { commitOf } from './store-harness.ts';
import { temporaryDatabase } from './store-sqlite-files.ts';

describe('a document that is remembered', () => {
  let file: Awaited<ReturnType<typeof temporaryDatabase>>;
  let store: SqliteStore;

  beforeEach(async () => {
    file = await temporaryDatabase();
    store = await createSqliteStore({ path: file.path, now: () => 0 });
  });
  afterEach(async () => {
    await store.close();
    await file.remove();
  });

  const put = (n: number, expectedVersion: number, accountId = 'ann') =>
    store.commit(commitOf({ accountId, expectedVersion, document: { n, parts: [{ n }] } }));
  const documentOf = async (accountId: string) => (await store.load(accountId, [])).document;

  it('is what was committed, also when nothing was read between', async () => {
    await put(1, 0);
    await put(2, 1);
    expect(await store.load('ann', [])).toMatchObject({ version: 2, document: { n: 2, parts: [{ n: 2 }] } });
  });

  it('is not what was refused or lost', async () => {
    await put(1, 0);
    expect(await put(9, 7)).toBe(false);
    await expect(store.commit({ ...commitOf({ accountId: 'ann', expectedVersion: 1 }), at: 0.5 })).rejects.toThrow();
    expect(await store.load('ann', [])).toMatchObject({ version: 1, document: { n: 1 } });
  });

  it('is the newest when two commits of one tick wanted to follow the same', async () => {
    await put(1, 0);
    const outcomes = await Promise.all([put(2, 1), put(3, 1)]);
    expect(outcomes).toEqual([true, false]);
    expect(await store.load('ann', [])).toMatchObject({ version: 2, document: { n: 2 } });
  });

  it('cannot be changed by whoever reads it', async () => {
    await put(1, 0);
    const read = (await documentOf('ann')) as { parts: { n: number }[] };
    expect(() => {
      read.parts[0] = { n: 9 };
    }).toThrow(TypeError);
    expect(await documentOf('ann')).toMatchObject({ parts: [{ n: 1 }] });
  });

  it('makes room for those who came later', async () => {
    await Promise.all(Array.from({ length: 1_500 }, (_, n) => put(n, 0, `account ${n}`)));
    elsewhere(`UPDATE accounts SET document = '{"n":-1}'`);
    expect(await documentOf('account 1400')).toMatchObject({ n: 1_400 });
    expect(await documentOf('account 3')).toEqual({ n: -1 });
  });

  it('is read again when the file has another version', async () => {
    await put(1, 0);
    elsewhere(`UPDATE accounts SET version = version + 1, document = '{"n":2}'`);
    expect(await store.load('ann', [])).toMatchObject({ version: 2, document: { n: 2 } });
  });

  it('is never one of a reader beside the process that writes', async () => {
    await put(1, 0);
    const reader = createSqliteReader({ path: file.path, now: () => 0 });
    await reader.load('ann', []);
    await put(2, 1);
    expect(await reader.load('ann', [])).toMatchObject({ version: 2, document: { n: 2 } });
    await reader.close();
  });

  /** Changes the file behind the store's back. */
  function elsewhere(sql: string): void {
    const database = new DatabaseSync(file.path);
    database.exec(sql);
    database.close();
  }
});
