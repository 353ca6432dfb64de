import { describe, expect, it } from 'vitest';
import {
  claimAll,
  commitNext,
  commitOf,
  first,
  ids,
  putRow,
  rowOf,
  START,
  type StoreEngine,
  useStore,
} from './store-harness.ts';

const LEASE = 30_000;

export function rowsContract(engine: StoreEngine): void {
  describe('put', () => {
    const bench = useStore(engine);
    const once = { key: 'webhook 1', expiresAt: START + 1_000 };

    it('puts a row of no account', async () => {
      expect(await bench.store.put(rowOf('r', { accountId: null, topic: 'inbox' }), once, START)).toBe(true);
      expect(await claimAll(bench.store, START, 'inbox')).toEqual([
        {
          id: 'r',
          topic: 'inbox',
          accountId: null,
          dueAt: START + LEASE,
          createdAt: START,
          attempts: 1,
          lastError: null,
          body: { id: 'r' },
        },
      ]);
    });

    it('puts once, even after the row is done and over a restart', async () => {
      await bench.store.put(rowOf('r'), once, START);
      expect(await bench.store.put(rowOf('r'), once, START)).toBe(false);
      expect(await bench.store.put(rowOf('other'), once, START)).toBe(false);
      await bench.store.remove(['r']);
      await bench.reopen();
      expect(await bench.store.put(rowOf('r'), once, START + 999)).toBe(false);
      expect(await claimAll(bench.store, START)).toEqual([]);
    });

    it('lets one of many parallel deliveries through', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 40 }, (_, n) => bench.store.put(rowOf(`r${n}`), once, START)),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(ids(await claimAll(bench.store, START))).toEqual([`r${outcomes.indexOf(true)}`]);
    });

    it('puts again once the key has expired, swept or not', async () => {
      await bench.store.put(rowOf('r'), once, START);
      await bench.store.remove(['r']);
      const again = { key: once.key, expiresAt: START + 3_000 };
      expect(await bench.store.put(rowOf('r'), again, START + 1_000)).toBe(true);
      await bench.store.sweep(START + 3_000);
      expect(await bench.store.put(rowOf('s'), again, START + 3_000)).toBe(true);
    });

    it('leaves a row as it is when its id is waiting already', async () => {
      await bench.store.put(rowOf('r', { body: { n: 1 } }), once, START);
      await putRow(bench.store, rowOf('r', { body: { n: 2 } }), START + 1);
      expect(await claimAll(bench.store, START)).toMatchObject([{ body: { n: 1 }, createdAt: START }]);
    });
  });

  describe('claim', () => {
    const bench = useStore(engine);

    it('takes rows that are due, oldest due first, at most the limit, of one topic', async () => {
      const { store } = bench;
      await store.commit(
        commitOf({
          rows: [
            rowOf('third', { dueAt: START - 1 }),
            rowOf('first', { dueAt: START - 3 }),
            rowOf('second', { dueAt: START - 2 }),
            rowOf('fourth', { dueAt: START }),
            rowOf('not yet', { dueAt: START + 1 }),
            rowOf('elsewhere', { topic: 'notice' }),
          ],
        }),
      );
      expect(ids(await claimAll(store, START, 'usage', 2))).toEqual(['first', 'second']);
      expect(ids(await claimAll(store, START, 'usage', 10))).toEqual(['third', 'fourth']);
      expect(ids(await claimAll(store, START, 'usage', 10))).toEqual([]);
      expect(ids(await claimAll(store, START, 'notice'))).toEqual(['elsewhere']);
      expect(ids(await claimAll(store, START + 1))).toEqual(['not yet']);
    });

    it('gives a row to one of many parallel claims', async () => {
      await bench.store.commit(commitOf({ rows: Array.from({ length: 100 }, (_, n) => rowOf(`r${n}`)) }));
      const claimed = await Promise.all(Array.from({ length: 20 }, () => claimAll(bench.store, START, 'usage', 7)));
      expect(new Set(ids(claimed.flat())).size).toBe(100);
      expect(claimed.flat()).toHaveLength(100);
    });

    it('gives a row again when its lease has run out, and counts the claims', async () => {
      await putRow(bench.store, rowOf('r'));
      expect(await claimAll(bench.store, START)).toMatchObject([{ attempts: 1, dueAt: START + LEASE }]);
      expect(await claimAll(bench.store, START + LEASE - 1)).toEqual([]);
      expect(await claimAll(bench.store, START + LEASE)).toMatchObject([{ attempts: 2, dueAt: START + 2 * LEASE }]);
    });

    it('never gives a removed row again', async () => {
      await bench.store.commit(commitOf({ rows: [rowOf('r'), rowOf('s'), rowOf('t')] }));
      await claimAll(bench.store, START);
      await bench.store.remove(['r', 't', 'never there']);
      await bench.store.remove([]);
      expect(ids(await claimAll(bench.store, START + LEASE))).toEqual(['s']);
    });
  });

  describe('retry and bury', () => {
    const bench = useStore(engine);

    it('gives a claimed row back, due later, with the error', async () => {
      await putRow(bench.store, rowOf('r'));
      await bench.store.retry(first(await claimAll(bench.store, START)), START + 5_000, 'Dodo answered 503');
      expect(await claimAll(bench.store, START + 4_999)).toEqual([]);
      const again = await claimAll(bench.store, START + 5_000);
      expect(again).toMatchObject([{ attempts: 2, lastError: 'Dodo answered 503', createdAt: START }]);
    });

    it('ignores the retry and the burial of a worker whose row was claimed again', async () => {
      await putRow(bench.store, rowOf('r'));
      const late = first(await claimAll(bench.store, START));
      const current = first(await claimAll(bench.store, START + LEASE));
      await bench.store.retry(late, START, 'late');
      await bench.store.bury(late, 'late', START);
      expect(await bench.store.deadLetters(10)).toEqual([]);
      expect(await claimAll(bench.store, START + LEASE)).toEqual([]);
      await bench.store.retry(current, START + LEASE + 1, 'current');
      expect(await claimAll(bench.store, START + LEASE + 1)).toMatchObject([{ attempts: 3, lastError: 'current' }]);
    });

    it('ignores the retry and the burial of a row that is gone', async () => {
      await putRow(bench.store, rowOf('r'));
      const row = first(await claimAll(bench.store, START));
      await bench.store.remove(['r']);
      await bench.store.retry(row, START, 'late');
      await bench.store.bury(row, 'late', START);
      expect(await bench.store.depths()).toEqual([]);
    });

    it('makes a dead letter: never claimed again, kept, counted, listed', async () => {
      await putRow(bench.store, rowOf('r', { waitsFor: 'customer 1' }));
      await bench.store.bury(first(await claimAll(bench.store, START)), 'Expected a body, got null', START + 7);
      expect(await bench.store.wake('customer 1', START + 10)).toBe(0);
      await bench.store.remove(['r']);
      await bench.reopen();
      expect(await claimAll(bench.store, START + 10 * LEASE)).toEqual([]);
      expect(await bench.store.depths()).toEqual([{ topic: 'usage', waiting: 0, oldestCreatedAt: null, dead: 1 }]);
      const [letter] = await bench.store.deadLetters(10);
      expect(letter).toMatchObject({ diedAt: START + 7, error: 'Expected a body, got null' });
      expect(letter?.row).toMatchObject({ id: 'r', topic: 'usage', attempts: 1, accountId: 'a', body: { id: 'r' } });
      expect(letter?.row).toMatchObject({ createdAt: START, waitsFor: 'customer 1' });
      expect(letter?.row.lastError).toBe('Expected a body, got null');
    });

    it('lists the newest dead letters first, at most the limit', async () => {
      await bench.store.commit(commitOf({ rows: ['x', 'y', 'z'].map((id) => rowOf(id)) }));
      const rows = await claimAll(bench.store, START);
      for (const [index, row] of rows.entries()) await bench.store.bury(row, 'no', START + index);
      const letters = await bench.store.deadLetters(2);
      expect(letters.map(({ row }) => row.id)).toEqual(ids(rows).reverse().slice(0, 2));
    });

    it('takes a new row with the id of a dead letter', async () => {
      const { store } = bench;
      await putRow(store, rowOf('r'));
      await store.bury(first(await claimAll(store, START)), 'first', START);
      await store.commit(commitOf({ rows: [rowOf('r')] }));
      const again = first(await claimAll(store, START));
      expect(again.attempts).toBe(1);
      await store.bury(again, 'second', START + 1);
      expect(await store.deadLetters(10)).toMatchObject([{ error: 'second', diedAt: START + 1 }]);
    });

    it('keeps an error text whatever is in it', async () => {
      await bench.store.commit(commitOf({ rows: [rowOf('r'), rowOf('s')] }));
      const [one, two] = await claimAll(bench.store, START);
      if (!one || !two) throw new Error('Expected two rows');
      await bench.store.retry(one, START, 'half \ud83d pair');
      await bench.store.bury(two, 'half \ud83d pair', START);
      expect(await claimAll(bench.store, START)).toMatchObject([{ lastError: expect.stringContaining('half') }]);
      expect(await bench.store.deadLetters(1)).toMatchObject([{ error: expect.stringContaining('pair') }]);
    });
  });

  describe('extend', () => {
    const bench = useStore(engine);

    it('moves the due time and replaces the body of rows nobody has claimed, and says which those are', async () => {
      const { store } = bench;
      const rows = [rowOf('claimed', { dueAt: START - 1 }), rowOf('one'), rowOf('two', { topic: 'lapse' })];
      await store.commit(commitOf({ rows }));
      expect(ids(await claimAll(store, START, 'usage', 1))).toEqual(['claimed']);
      const beats = ['claimed', 'one', 'two', 'never there'].map((id) => ({ id, body: { streamed: id } }));
      expect(await store.extend(beats, START + 5_000)).toEqual(new Set(['one', 'two']));
      expect(await claimAll(store, START + 4_999)).toEqual([]);
      expect(await claimAll(store, START + 5_000)).toMatchObject([
        { id: 'one', attempts: 1, body: { streamed: 'one' } },
      ]);
      expect(await claimAll(store, START + 5_000, 'lapse')).toMatchObject([{ body: { streamed: 'two' } }]);
      expect(await claimAll(store, START + LEASE)).toMatchObject([{ id: 'claimed', body: { id: 'claimed' } }]);
    });

    it('does not extend a row that was claimed and given back', async () => {
      await putRow(bench.store, rowOf('r'));
      await bench.store.retry(first(await claimAll(bench.store, START)), START + 10, 'later');
      expect(await bench.store.extend([{ id: 'r', body: {} }], START + 99)).toEqual(new Set());
      expect(ids(await claimAll(bench.store, START + 10))).toEqual(['r']);
    });

    it('extends nothing when nothing is asked', async () => {
      expect(await bench.store.extend([], START)).toEqual(new Set());
    });
  });

  describe('wake', () => {
    const bench = useStore(engine);

    it('makes the rows that wait for a name due now, and counts them', async () => {
      const later = START + 1_000_000;
      await bench.store.commit(
        commitOf({
          rows: [
            rowOf('one', { waitsFor: 'customer 1', dueAt: later }),
            rowOf('two', { waitsFor: 'customer 1', dueAt: later, topic: 'inbox' }),
            rowOf('other', { waitsFor: 'customer 2', dueAt: later }),
            rowOf('none', { dueAt: later }),
          ],
        }),
      );
      expect(await bench.store.wake('customer 1', START + 3)).toBe(2);
      expect(await bench.store.wake('customer 3', START + 3)).toBe(0);
      expect(await claimAll(bench.store, START + 2)).toEqual([]);
      expect(await claimAll(bench.store, START + 3)).toMatchObject([{ id: 'one', waitsFor: 'customer 1' }]);
      expect(ids(await claimAll(bench.store, START + 3, 'inbox'))).toEqual(['two']);
    });

    it('wakes a row that was given back, and leaves one that is due already in its place', async () => {
      const { store } = bench;
      await store.commit(commitOf({ rows: [rowOf('back', { waitsFor: 'c' })] }));
      await store.retry(first(await claimAll(store, START)), START + 1_000_000, 'not bound yet');
      await commitNext(store, { rows: [rowOf('due', { waitsFor: 'c', dueAt: START + 1 })] });
      expect(await store.wake('c', START + 2)).toBe(1);
      expect(ids(await claimAll(store, START + 2))).toEqual(['due', 'back']);
    });
  });

  describe('depths', () => {
    const bench = useStore(engine);

    it('counts waiting and claimed rows and dead letters by topic', async () => {
      const { store } = bench;
      expect(await store.depths()).toEqual([]);
      await store.commit(
        commitOf({ rows: [rowOf('u1'), rowOf('u2'), rowOf('n', { topic: 'notice' })], at: START + 5 }),
      );
      await putRow(store, rowOf('u3', { dueAt: START + 99 }), START + 2);
      await store.claim({ topic: 'usage', limit: 1, leaseMs: LEASE, now: START });
      await store.bury(first(await claimAll(store, START, 'notice')), 'no', START);
      const depths = (await store.depths()).toSorted((a, b) => a.topic.localeCompare(b.topic));
      expect(depths).toEqual([
        { topic: 'notice', waiting: 0, oldestCreatedAt: null, dead: 1 },
        { topic: 'usage', waiting: 3, oldestCreatedAt: START + 2, dead: 0 },
      ]);
    });
  });
}
