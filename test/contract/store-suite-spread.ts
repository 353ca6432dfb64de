import { describe, expect, it } from 'vitest';
import { claimAll, commitOf, first, ids, putRow, rowOf, START, type StoreEngine, useStore } from './store-harness.ts';

/** Enough accounts to lie wherever an engine may spread them. */
const ACCOUNTS = Array.from({ length: 40 }, (_, n) => `account ${n}`);

/** What holds over many accounts, however an engine spreads them. */
export function spreadContract(engine: StoreEngine): void {
  describe('many accounts', () => {
    const bench = useStore(engine);

    /** One row for each account, in an order of due times that is not that of the accounts. */
    async function commitRows(): Promise<string[]> {
      const dueAt = (n: number) => START - ((n * 7) % ACCOUNTS.length);
      await Promise.all(
        ACCOUNTS.map((accountId, n) =>
          bench.store.commit(
            commitOf({ accountId, rows: [rowOf(`row ${n}`, { accountId, dueAt: dueAt(n) })], at: START + n }),
          ),
        ),
      );
      return ACCOUNTS.map((_, n) => n)
        .toSorted((a, b) => dueAt(a) - dueAt(b))
        .map((n) => `row ${n}`);
    }

    it('claims the rows of all accounts, oldest due first, at most the limit', async () => {
      const order = await commitRows();
      const taken = [];
      for (const limit of [1, 2, 30, 100]) taken.push(ids(await claimAll(bench.store, START, 'usage', limit)));
      expect(taken.map(({ length }) => length)).toEqual([1, 2, 30, 7]);
      expect(taken.flat()).toEqual(order);
    });

    it('finds the rows of all accounts by id alone, also after a restart', async () => {
      const order = await commitRows();
      const claimed = await claimAll(bench.store, START);
      await bench.reopen();
      const [retried, buried, ...others] = claimed;
      if (!retried || !buried) throw new Error('Expected two rows');
      await bench.store.retry(retried, START + 5, 'later');
      await bench.store.bury(buried, 'never', START + 5);
      await bench.store.remove(ids(others.slice(0, 30)));
      expect(await bench.store.depths()).toMatchObject([{ waiting: 9, dead: 1 }]);
      expect(ids(await claimAll(bench.store, START + 5))).toEqual(order.slice(0, 1));
      expect(await bench.store.deadLetters(9)).toMatchObject([{ row: { id: buried.id }, error: 'never' }]);
    });

    it('extends the rows of all accounts, also those that another store object wrote', async () => {
      await commitRows();
      await bench.reopen();
      const beats = ACCOUNTS.map((_, n) => ({ id: `row ${n}`, body: { n } }));
      expect((await bench.store.extend(beats, START + 9)).size).toBe(ACCOUNTS.length);
      expect(await claimAll(bench.store, START + 8)).toEqual([]);
      expect(await claimAll(bench.store, START + 9)).toHaveLength(ACCOUNTS.length);
    });

    it('wakes the rows of all accounts', async () => {
      for (const [n, accountId] of ACCOUNTS.entries())
        await putRow(bench.store, rowOf(`row ${n}`, { accountId, waitsFor: 'c', dueAt: START + 1_000_000 }));
      expect(await bench.store.wake('c', START)).toBe(ACCOUNTS.length);
      expect(await claimAll(bench.store, START)).toHaveLength(ACCOUNTS.length);
      expect(await bench.store.wake('c', START)).toBe(ACCOUNTS.length);
    });

    it('counts the rows and dead letters of all accounts, and lists the newest dead first', async () => {
      await commitRows();
      const claimed = await claimAll(bench.store, START, 'usage', 10);
      for (const [n, row] of claimed.entries()) await bench.store.bury(row, `error ${n}`, START + n);
      const depth = first(await bench.store.depths());
      expect(depth).toMatchObject({ topic: 'usage', waiting: ACCOUNTS.length - 10, dead: 10 });
      const letters = await bench.store.deadLetters(3);
      expect(letters.map(({ error }) => error)).toEqual(['error 9', 'error 8', 'error 7']);
    });

    it('removes the rows of no account in the commit of the account they were applied to', async () => {
      const { store } = bench;
      for (const n of ACCOUNTS.keys()) await putRow(store, rowOf(`row ${n}`, { accountId: null, topic: 'inbox' }));
      const claimed = await claimAll(store, START, 'inbox');
      expect(claimed).toHaveLength(ACCOUNTS.length);
      await store.commit(commitOf({ removeRows: ids(claimed).slice(1) }));
      expect(await store.depths()).toMatchObject([{ topic: 'inbox', waiting: 1 }]);
      await store.commit(commitOf({ expectedVersion: 0, removeRows: ids(claimed) }));
      expect(await store.depths()).toMatchObject([{ topic: 'inbox', waiting: 1 }]);
    });

    it('puts once, whichever row is put', async () => {
      const once = { key: 'webhook', expiresAt: START + 1_000 };
      const put = (n: number) => bench.store.put(rowOf(`row ${n}`, { accountId: null }), once, START);
      const outcomes = await Promise.all([...ACCOUNTS.keys()].map(put));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await claimAll(bench.store, START)).toHaveLength(1);
    });

    it('finds the records of all accounts by kind and id', async () => {
      for (const accountId of ACCOUNTS)
        await bench.store.commit(
          commitOf({ accountId, records: [{ kind: 'ask', id: accountId, at: START, body: { accountId } }] }),
        );
      for (const accountId of ACCOUNTS)
        expect(await bench.store.record('ask', accountId)).toMatchObject({ accountId, body: { accountId } });
    });

    it('keeps the order of arrival where times are the same', async () => {
      const names = ['z', 'b', 'y', 'a'];
      await bench.store.commit(
        commitOf({
          rows: names.map((id) => rowOf(id)),
          records: names.map((id) => ({ kind: 'ask', id, at: START, body: {} })),
        }),
      );
      const rows = await claimAll(bench.store, START);
      expect(ids(rows)).toEqual(names);
      expect(ids(await bench.store.records('a', 'ask', 10))).toEqual(names.toReversed());
      for (const row of rows) await bench.store.bury(row, 'no', START);
      expect((await bench.store.deadLetters(10)).map(({ row }) => row.id)).toEqual(names.toReversed());
    });
  });
}
