import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteReader, createSqliteStore, type SqliteStore } from '../../src/ports/store/sqlite/sqlite-store.ts';
import { commitOf } from './store-harness.ts';
import { temporaryDatabase } from './store-sqlite-files.ts';

describe('what the only writer of a file remembers', () => {
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

  it('is the document that was committed, also when nothing was read between', async () => {
    await put(1, 0);
    await put(2, 1);
    expect(await store.load('ann', [])).toMatchObject({ version: 2, document: { n: 2, parts: [{ n: 2 }] } });
  });

  it('is no document that was refused or lost', async () => {
    await put(1, 0);
    expect(await put(9, 7)).toBe(false);
    await expect(store.commit({ ...commitOf({ accountId: 'ann', expectedVersion: 1 }), at: 0.5 })).rejects.toThrow();
    expect(await store.load('ann', [])).toMatchObject({ version: 1, document: { n: 1 } });
  });

  it('is undone with a write that looks at it, reads the file and then fails', async () => {
    await put(1, 0);
    const { connection } = store;
    const change = connection.prepare('UPDATE accounts SET version = 9 WHERE id = ?');
    const looked: Promise<unknown>[] = [];
    const failing = connection.write(() => {
      change.run('ann');
      looked.push(store.load('ann', []), store.load('ben', ['not remembered']));
      throw new Error('undo me');
    });
    await expect(failing).rejects.toThrow('undo me');
    await expect(looked[0]).resolves.toMatchObject({ version: 1 });
    await expect(looked[1]).rejects.toThrow('transaction');
    await store.close();
    store = await createSqliteStore({ path: file.path, now: () => 0 });
    expect(await store.load('ann', [])).toMatchObject({ version: 1 });
  });

  it('is the newest document when two commits of one tick wanted to follow the same', async () => {
    await put(1, 0);
    const outcomes = await Promise.all([put(2, 1), put(3, 1)]);
    expect(outcomes).toEqual([true, false]);
    expect(await store.load('ann', [])).toMatchObject({ version: 2, document: { n: 2 } });
  });

  it('cannot be changed by whoever reads a document', async () => {
    await put(1, 0);
    const read = (await documentOf('ann')) as { parts: { n: number }[] };
    expect(() => {
      read.parts[0] = { n: 9 };
    }).toThrow(TypeError);
    expect(await documentOf('ann')).toMatchObject({ parts: [{ n: 1 }] });
  });

  it('makes room for documents that came later', async () => {
    await Promise.all(Array.from({ length: 1_500 }, (_, n) => put(n, 0, `account ${n}`)));
    elsewhere(`UPDATE accounts SET document = '{"n":-1}'`);
    expect(await documentOf('account 1400')).toMatchObject({ n: 1_400 });
    expect(await documentOf('account 3')).toEqual({ n: -1 });
  });

  it('gives way to a document that somebody wrote behind its back, and overwrites nothing', async () => {
    await put(1, 0);
    elsewhere(`UPDATE accounts SET version = version + 1, document = '{"n":2}'`);
    expect(await put(9, 1)).toBe(false);
    expect(await store.load('ann', [])).toMatchObject({ version: 2, document: { n: 2 } });
  });

  it('is the fact that was set last', async () => {
    expect(await store.fact('paused')).toBeNull();
    await store.setFact('paused', 'now');
    expect(await store.fact('paused')).toBe('now');
    elsewhere(`UPDATE facts SET value = 'changed behind its back'`);
    expect(await store.fact('paused')).toBe('now');
    await store.setFact('paused', '');
    expect(await store.fact('paused')).toBe('');
  });

  it('is the owner who is there, and never that there is none', async () => {
    expect(await store.indexOwner('customer', 'c')).toBeNull();
    await store.claimIndex('customer', 'c', 'ann', 1);
    expect(await store.indexOwner('customer', 'c')).toEqual({ accountId: 'ann', since: 1 });
    await store.replaceIndex('customer', 'c', 'ann', 'ben', 2);
    expect(await store.indexOwner('customer', 'c')).toEqual({ accountId: 'ben', since: 2 });
  });

  it('is nothing to a reader beside it', async () => {
    await put(1, 0);
    await store.setFact('paused', 'now');
    await store.claimIndex('customer', 'c', 'ann', 1);
    const reader = createSqliteReader({ path: file.path, now: () => 0 });
    await Promise.all([reader.load('ann', []), reader.fact('paused'), reader.indexOwner('customer', 'c')]);
    await put(2, 1);
    await store.setFact('paused', '');
    await store.replaceIndex('customer', 'c', 'ann', 'ben', 2);
    expect(await reader.load('ann', [])).toMatchObject({ version: 2, document: { n: 2 } });
    expect(await reader.fact('paused')).toBe('');
    expect(await reader.indexOwner('customer', 'c')).toEqual({ accountId: 'ben', since: 2 });
    await reader.close();
  });

  /** Changes the file behind the store's back. */
  function elsewhere(sql: string): void {
    const database = new DatabaseSync(file.path);
    database.exec(sql);
    database.close();
  }
});
