import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { claimAll, commitNext, commitOf, ids, rowOf, START, type StoreEngine, useStore } from './store-harness.ts';

/** Loads, adds one and commits until nobody else was quicker. */
async function increment(store: Store, accountId: string): Promise<void> {
  for (;;) {
    const { version, document } = await store.load(accountId, []);
    const count = document && 'count' in document ? Number(document.count) : 0;
    if (await store.commit(commitOf({ accountId, expectedVersion: version, document: { count: count + 1 } }))) return;
  }
}

export function accountsContract(engine: StoreEngine): void {
  describe('documents and commits', () => {
    const bench = useStore(engine);

    it('answers version 0 and no document for an account that is not there', async () => {
      expect(await bench.store.load('a', ['k'])).toEqual({ version: 0, document: null, seen: new Set() });
    });

    it('replaces the document whole, and gives each commit another version', async () => {
      const { store } = bench;
      expect(await store.commit(commitOf({ document: { a: 1, b: [1, null, 'x'] } }))).toBe(true);
      const { version: expectedVersion, ...first } = await store.load('a', []);
      expect(first).toEqual({ document: { a: 1, b: [1, null, 'x'] }, seen: new Set() });
      expect(await store.commit(commitOf({ expectedVersion, document: { c: 2 } }))).toBe(true);
      const { version, ...second } = await store.load('a', []);
      expect(second).toEqual({ document: { c: 2 }, seen: new Set() });
      expect(new Set([0, expectedVersion, version]).size).toBe(3);
      expect(await store.load('b', [])).toMatchObject({ version: 0, document: null });
    });

    it('refuses a commit made from any version but the newest', async () => {
      const { store } = bench;
      await store.commit(commitOf({ document: { n: 1 } }));
      const { version: before } = await store.load('a', []);
      await store.commit(commitOf({ expectedVersion: before, document: { n: 2 } }));
      const newest = await store.load('a', []);
      for (const expectedVersion of [0, before, newest.version + 1])
        expect(await store.commit(commitOf({ expectedVersion, document: { n: 9 } }))).toBe(false);
      expect(await store.load('a', [])).toEqual(newest);
    });

    it('recalls what it committed last, or nothing', async () => {
      const { store } = bench;
      expect(await store.recall('a')).toBeNull();
      await store.commit(commitOf({ document: { n: 1 }, seen: [{ key: 'k', expiresAt: START + 1 }] }));
      const loaded = await store.load('a', []);
      const recalled = await store.recall('a');
      expect([loaded, null]).toContainEqual(recalled);
      expect(await store.commit(commitOf({ expectedVersion: loaded.version, document: { n: 2 } }))).toBe(true);
      expect(await store.commit(commitOf({ expectedVersion: loaded.version, document: { n: 3 } }))).toBe(false);
      expect([await store.load('a', []), null]).toContainEqual(await store.recall('a'));
    });

    it('refuses a commit from a version of an account that is not there', async () => {
      expect(await bench.store.commit(commitOf({ expectedVersion: 1 }))).toBe(false);
      expect(await bench.store.load('a', [])).toMatchObject({ version: 0 });
    });

    it('lets one of many parallel first commits through', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, n) => bench.store.commit(commitOf({ document: { n } }))),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await bench.store.load('a', [])).toMatchObject({ document: { n: outcomes.indexOf(true) } });
    });

    it('loses none of many parallel increments', async () => {
      await Promise.all(Array.from({ length: 60 }, () => increment(bench.store, 'a')));
      expect(await bench.store.load('a', [])).toMatchObject({ document: { count: 60 } });
    });

    it('takes 1,000 commits over 100 accounts', async () => {
      const accounts = Array.from({ length: 100 }, (_, n) => `account ${n}`);
      await Promise.all(
        accounts.map(async (accountId) => {
          for (let n = 0; n < 10; n += 1) await increment(bench.store, accountId);
        }),
      );
      for (const accountId of accounts)
        expect(await bench.store.load(accountId, [])).toMatchObject({ document: { count: 10 } });
    });

    it('writes keys, rows, removals and records with the document', async () => {
      const { store } = bench;
      await store.commit(commitOf({ rows: [rowOf('old'), rowOf('kept')] }));
      const committed = await commitNext(store, {
        document: { n: 2 },
        seen: [{ key: 'k', expiresAt: START + 1 }],
        rows: [rowOf('new', { dueAt: START + 1 })],
        removeRows: ['old', 'never there'],
        records: [{ kind: 'ask', id: 'r', at: START, body: { charged: 7 } }],
      });
      expect(committed).toBe(true);
      expect(await store.load('a', ['k'])).toMatchObject({ document: { n: 2 }, seen: new Set(['k']) });
      expect(ids(await claimAll(store, START + 1))).toEqual(['kept', 'new']);
      expect(await store.record('ask', 'r')).toMatchObject({ accountId: 'a', body: { charged: 7 } });
    });

    it('writes nothing at all of a refused commit', async () => {
      const { store } = bench;
      await store.commit(commitOf({ document: { n: 1 }, rows: [rowOf('kept')] }));
      const refused = await store.commit(
        commitOf({
          document: { n: 9 },
          seen: [{ key: 'k', expiresAt: START + 1 }],
          rows: [rowOf('new')],
          removeRows: ['kept'],
          records: [{ kind: 'ask', id: 'r', at: START, body: {} }],
        }),
      );
      expect(refused).toBe(false);
      expect(await store.load('a', ['k'])).toMatchObject({ document: { n: 1 }, seen: new Set() });
      expect(ids(await claimAll(store, START))).toEqual(['kept']);
      expect(await store.record('ask', 'r')).toBeNull();
      expect(await store.records('a', 'ask', 10)).toEqual([]);
    });

    it('writes nothing at all of a commit that fails half-way, and spoils no commit beside it', async () => {
      const { store } = bench;
      const cyclic: { self?: object } = {};
      cyclic.self = cyclic;
      const [before, failed, after] = await Promise.allSettled([
        store.commit(commitOf({ accountId: 'before' })),
        store.commit(
          commitOf({
            seen: [{ key: 'k', expiresAt: START + 1 }],
            rows: [rowOf('new'), rowOf('bad', { body: cyclic })],
            records: [{ kind: 'ask', id: 'r', at: START, body: {} }],
          }),
        ),
        store.commit(commitOf({ accountId: 'after' })),
      ]);
      expect([before.status, failed.status, after.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await store.load('a', ['k'])).toEqual({ version: 0, document: null, seen: new Set() });
      expect(await claimAll(store, START)).toEqual([]);
      expect(await store.record('ask', 'r')).toBeNull();
      expect(await store.load('before', [])).toMatchObject({ document: {} });
      expect(await store.load('after', [])).toMatchObject({ document: {} });
    });

    it('leaves a row as it is when its id is waiting already', async () => {
      const { store } = bench;
      await store.commit(commitOf({ rows: [rowOf('r', { body: { n: 1 } })] }));
      const other = commitOf({
        accountId: 'b',
        rows: [rowOf('r', { topic: 'notice', body: { n: 2 } })],
        at: START + 5,
      });
      expect(await store.commit(other)).toBe(true);
      expect(await claimAll(store, START, 'notice')).toEqual([]);
      expect(await claimAll(store, START)).toMatchObject([{ accountId: 'a', body: { n: 1 }, createdAt: START }]);
    });

    it('removes before it adds, so that a commit can put a row in the place of its predecessor', async () => {
      const { store } = bench;
      await store.commit(commitOf({ rows: [rowOf('r', { body: { n: 1 } })] }));
      await claimAll(store, START);
      await commitNext(store, { removeRows: ['r'], rows: [rowOf('r', { body: { n: 2 } })] });
      expect(await claimAll(store, START)).toMatchObject([{ body: { n: 2 }, attempts: 1 }]);
    });

    it('keeps everything over a restart', async () => {
      await bench.store.commit(
        commitOf({
          document: { n: 1 },
          seen: [{ key: 'k', expiresAt: START + 1 }],
          rows: [rowOf('r')],
          records: [{ kind: 'ask', id: 'x', at: START, body: {} }],
        }),
      );
      await bench.reopen();
      expect(await bench.store.load('a', ['k'])).toMatchObject({ document: { n: 1 }, seen: new Set(['k']) });
      expect(ids(await claimAll(bench.store, START))).toEqual(['r']);
      expect(await bench.store.record('ask', 'x')).not.toBeNull();
    });
  });

  describe('seen keys', () => {
    const bench = useStore(engine);

    it('answers those of the keys asked for that were seen', async () => {
      const expiresAt = START + 1_000;
      await bench.store.commit(commitOf({ seen: ['x', 'y', 'z'].map((key) => ({ key, expiresAt })) }));
      expect((await bench.store.load('a', ['z', 'w', 'x'])).seen).toEqual(new Set(['x', 'z']));
      expect((await bench.store.load('a', [])).seen).toEqual(new Set());
    });

    it('keeps the keys of accounts apart', async () => {
      await bench.store.commit(commitOf({ seen: [{ key: 'k', expiresAt: START + 1_000 }] }));
      expect((await bench.store.load('b', ['k'])).seen).toEqual(new Set());
    });

    it('forgets a key at its time, swept or not', async () => {
      await bench.store.commit(commitOf({ seen: [{ key: 'k', expiresAt: START + 1_000 }] }));
      bench.now = START + 999;
      await bench.store.sweep(bench.now);
      expect((await bench.store.load('a', ['k'])).seen).toEqual(new Set(['k']));
      bench.now = START + 1_000;
      expect((await bench.store.load('a', ['k'])).seen).toEqual(new Set());
      await bench.store.sweep(bench.now);
      expect((await bench.store.load('a', ['k'])).seen).toEqual(new Set());
    });

    it('has a key again when it is written again', async () => {
      await bench.store.commit(commitOf({ seen: [{ key: 'k', expiresAt: START + 1_000 }] }));
      bench.now = START + 2_000;
      await commitNext(bench.store, { seen: [{ key: 'k', expiresAt: START + 3_000 }] });
      expect((await bench.store.load('a', ['k'])).seen).toEqual(new Set(['k']));
    });
  });
}
