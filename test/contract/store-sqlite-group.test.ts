import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGroupCommit, type GroupCommit } from '../../src/ports/store/sqlite/group-commit.ts';
import { createSqliteStore } from '../../src/ports/store/sqlite/sqlite-store.ts';
import { commitOf } from './store-harness.ts';
import { temporaryDatabase } from './store-sqlite-files.ts';

describe('group commit', () => {
  let database: DatabaseSync;
  let transactions: number[];
  let group: GroupCommit;

  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    // A deferred constraint is checked by COMMIT: the plainest commit that fails.
    database.exec(`
      CREATE TABLE parent (id INTEGER PRIMARY KEY);
      CREATE TABLE t (n INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
    `);
    transactions = [];
    group = createGroupCommit(database, 'The store', (jobs) => transactions.push(jobs));
  });
  afterEach(() => {
    group.close();
    database.close();
  });

  const insert = (n: number, parent: number | null = null) =>
    group.write(() => {
      database.prepare('INSERT INTO t VALUES (?, ?)').run(n, parent);
      return n;
    });
  const kept = () =>
    database
      .prepare('SELECT n FROM t ORDER BY n')
      .all()
      .map(({ n }) => n);

  it('lets the writes of one tick share transactions of at most 128, in their order', async () => {
    const order: number[] = [];
    await Promise.all(Array.from({ length: 300 }, async (_, n) => order.push(await insert(n))));
    expect(transactions).toEqual([128, 128, 44]);
    expect(order).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  it('gives writes of different ticks transactions of their own', async () => {
    await insert(1);
    await insert(2);
    expect(transactions).toEqual([1, 1]);
  });

  it('undoes a write that throws alone', async () => {
    const bad = group.write(() => {
      database.exec('INSERT INTO t VALUES (2, NULL)');
      throw new Error('half-way');
    });
    const outcomes = await Promise.allSettled([insert(1), bad, insert(1), insert(3)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(kept()).toEqual([1, 3]);
    expect(transactions).toEqual([2]);
  });

  it('rejects all writes of a commit that fails, keeps none, and goes on', async () => {
    const outcomes = await Promise.allSettled([insert(1), insert(2, 99), insert(3)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(kept()).toEqual([]);
    expect(transactions).toEqual([]);
    await insert(4);
    expect(kept()).toEqual([4]);
  });

  it('keeps the others when one of them lost the whole transaction', async () => {
    const loses = group.write(() => database.exec('ROLLBACK; SELECT * FROM missing'));
    const outcomes = await Promise.allSettled([insert(1), loses, insert(3)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(kept()).toEqual([1, 3]);
  });

  it('commits nothing when every write throws', async () => {
    const outcomes = await Promise.allSettled([insert(1), insert(2)].map((one) => one.then(() => insert(1))));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(database.isTransaction).toBe(false);
    expect(transactions).toEqual([2]);
  });

  it('tells nobody before the commit', async () => {
    let wasInTransaction: boolean | null = null;
    await insert(1).then(() => {
      wasInTransaction = database.isTransaction;
    });
    expect(wasInTransaction).toBe(false);
  });

  it('is what the store writes through, and its reads see nothing that is not committed', async () => {
    const file = await temporaryDatabase();
    const seen: number[] = [];
    const store = await createSqliteStore({ path: file.path, now: () => 0, onTransaction: (n) => seen.push(n) });
    const commits = Array.from({ length: 140 }, (_, n) => store.commit(commitOf({ accountId: `account ${n}` })));
    const early = await store.load('account 0', []);
    await Promise.all(commits);
    await store.close();
    await file.remove();
    expect(early.version).toBe(0);
    expect(seen).toEqual([128, 12]);
  });
});
