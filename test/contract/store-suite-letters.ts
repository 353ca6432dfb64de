import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { claimAll, commitOf, first, ids, putRow, rowOf, START, type StoreEngine, useStore } from './store-harness.ts';

const LEASE = 30_000;

async function buried(store: Store, id: string, parts: Parameters<typeof rowOf>[1] = {}): Promise<void> {
  await putRow(store, rowOf(id, parts));
  await store.bury(first(await claimAll(store, START, parts.topic)), 'Dodo said no', START + 1);
}

/** What an operator mends with. */
export function lettersContract(engine: StoreEngine): void {
  describe('dead letters and rows one by one', () => {
    const bench = useStore(engine);

    it('revives a dead letter as it was, due now', async () => {
      const { store } = bench;
      await buried(store, 'r', { accountId: 'a', body: { n: 1 } });
      expect(await store.revive('r', START + 9)).toBe(true);
      expect(await store.deadLetters(10)).toEqual([]);
      expect(await store.depths()).toEqual([{ topic: 'usage', waiting: 1, oldestCreatedAt: START, dead: 0 }]);
      expect(await claimAll(store, START + 8)).toEqual([]);
      expect(await claimAll(store, START + 9)).toMatchObject([
        { id: 'r', attempts: 2, createdAt: START, accountId: 'a', body: { n: 1 }, lastError: 'Dodo said no' },
      ]);
    });

    it('can bury and revive a row again and again', async () => {
      const { store } = bench;
      await buried(store, 'r');
      await store.revive('r', START);
      await store.bury(first(await claimAll(store, START)), 'no again', START + 2);
      expect(await store.deadLetters(10)).toMatchObject([{ error: 'no again', diedAt: START + 2 }]);
      expect(await store.revive('r', START)).toBe(true);
      await store.remove(['r']);
      expect(await store.depths()).toEqual([]);
    });

    it('revives what waits for a name, so that the name wakes it', async () => {
      const { store } = bench;
      await buried(store, 'r', { waitsFor: 'customer 1' });
      await store.revive('r', START + 500);
      expect(await store.wake('customer 1', START + 3)).toBe(1);
      expect(ids(await claimAll(store, START + 3))).toEqual(['r']);
    });

    it('revives nothing that is not dead, nor over a row that waits', async () => {
      const { store } = bench;
      expect(await store.revive('r', START)).toBe(false);
      await buried(store, 'r');
      await store.commit(commitOf({ rows: [rowOf('r', { body: { n: 2 } })] }));
      expect(await store.revive('r', START)).toBe(false);
      expect(await store.deadLetters(10)).toHaveLength(1);
      expect(await store.row('r')).toMatchObject({ body: { n: 2 } });
    });

    it('discards a dead letter, once', async () => {
      const { store } = bench;
      await buried(store, 'r');
      await buried(store, 's');
      expect(await store.discard('r')).toBe(true);
      expect(await store.discard('r')).toBe(false);
      expect((await store.deadLetters(10)).map(({ row }) => row.id)).toEqual(['s']);
      expect(await store.depths()).toMatchObject([{ dead: 1 }]);
      expect(await store.revive('r', START)).toBe(false);
    });

    it('finds a dead letter and a row by id', async () => {
      const { store } = bench;
      await buried(store, 'dead');
      await putRow(store, rowOf('there', { topic: 'notice', body: { n: 3 } }));
      expect(await store.deadLetter('dead')).toMatchObject({
        row: { id: 'dead', topic: 'usage', attempts: 1 },
        diedAt: START + 1,
        error: 'Dodo said no',
      });
      expect(await store.row('there')).toMatchObject({ id: 'there', topic: 'notice', body: { n: 3 }, attempts: 0 });
      expect([await store.row('dead'), await store.deadLetter('there')]).toEqual([null, null]);
    });

    it('lists the rows of a topic, soonest due first, and claims none', async () => {
      const { store } = bench;
      await store.commit(
        commitOf({
          rows: [
            rowOf('later', { dueAt: START + 9 }),
            rowOf('sooner', { dueAt: START - 9 }),
            rowOf('elsewhere', { topic: 'debit' }),
          ],
        }),
      );
      await putRow(store, rowOf('of none', { accountId: null, dueAt: START }));
      expect(ids(await store.waiting('usage', 10))).toEqual(['sooner', 'of none', 'later']);
      expect(ids(await store.waiting('usage', 2))).toEqual(['sooner', 'of none']);
      expect(ids(await claimAll(store, START))).toEqual(['sooner', 'of none']);
      expect(await store.waiting('usage', 1)).toMatchObject([{ id: 'later', attempts: 0 }]);
      expect((await store.waiting('usage', 9)).find(({ id }) => id === 'sooner')).toMatchObject({
        attempts: 1,
        dueAt: START + LEASE,
      });
    });
  });
}
