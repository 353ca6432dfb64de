import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import {
  claimAll,
  commitNext,
  commitOf,
  ids,
  putRow,
  rowOf,
  START,
  type StoreEngine,
  useStore,
} from './store-harness.ts';

/** Records, indexes, leases, counters, facts, and what holds for the store as a whole. */
export function sharedContract(engine: StoreEngine): void {
  describe('records', () => {
    const bench = useStore(engine);
    const record = (id: string, at: number, kind = 'ask') => ({ kind, id, at, body: { id } });

    it('answers a record by kind and id, or null', async () => {
      await bench.store.commit(commitOf({ records: [record('r', START)] }));
      expect(await bench.store.record('ask', 'r')).toEqual({ ...record('r', START), accountId: 'a' });
      expect(await bench.store.record('ledger', 'r')).toBeNull();
      expect(await bench.store.record('ask', 's')).toBeNull();
    });

    it("lists an account's records of one kind, newest first, at most the limit", async () => {
      await bench.store.commit(
        commitOf({
          records: [record('2', START + 2), record('3', START + 3), record('1', START + 1), record('l', 9, 'ledger')],
        }),
      );
      await bench.store.commit(commitOf({ accountId: 'b', records: [record('b', START + 9)] }));
      expect(ids(await bench.store.records('a', 'ask', 10))).toEqual(['3', '2', '1']);
      expect(ids(await bench.store.records('a', 'ask', 2))).toEqual(['3', '2']);
      expect(await bench.store.records('c', 'ask', 2)).toEqual([]);
    });

    it('lists the records that follow on one, page by page, those of one instant too', async () => {
      const all = Array.from({ length: 7 }, (_, n) => record(`r${n}`, START + (n < 3 ? 0 : n)));
      await bench.store.commit(commitOf({ records: all }));
      await bench.store.commit(commitOf({ accountId: 'b', records: [record('b', START + 2)] }));
      const pages: string[][] = [];
      for (let after: string | undefined; pages.length < 5; after = pages.at(-1)?.at(-1)) {
        pages.push(ids(await bench.store.records('a', 'ask', 2, after)));
      }
      expect(pages).toEqual([['r6', 'r5'], ['r4', 'r3'], ['r2', 'r1'], ['r0'], []]);
      expect(await bench.store.records('a', 'ask', 2, 'b')).toEqual([]);
      expect(await bench.store.records('a', 'ask', 2, 'none')).toEqual([]);
    });

    it('does not repeat or lose one when newer ones come while they are paged through', async () => {
      await bench.store.commit(commitOf({ records: [record('1', START + 1), record('2', START + 2)] }));
      const [newest] = ids(await bench.store.records('a', 'ask', 1));
      await commitNext(bench.store, { records: [record('3', START + 3)] });
      expect(ids(await bench.store.records('a', 'ask', 5, newest))).toEqual(['1']);
    });

    it('keeps the last of two records with one kind and id', async () => {
      await bench.store.commit(commitOf({ records: [record('r', START), record('s', START + 1)] }));
      const last = { ...record('r', START + 2), body: { state: 'settled' } };
      await commitNext(bench.store, { records: [last] });
      expect(await bench.store.record('ask', 'r')).toEqual({ ...last, accountId: 'a' });
      expect(ids(await bench.store.records('a', 'ask', 10))).toEqual(['r', 's']);
    });
  });

  describe('index claims', () => {
    const bench = useStore(engine);

    it('sets an owner once and answers who it is', async () => {
      const { store } = bench;
      expect(await store.indexOwner('customer', 'c')).toBeNull();
      expect(await store.claimIndex('customer', 'c', 'a', START)).toEqual({ accountId: 'a', since: START });
      expect(await store.claimIndex('customer', 'c', 'b', START + 1)).toEqual({ accountId: 'a', since: START });
      expect(await store.claimIndex('customer', 'c', 'a', START + 2)).toEqual({ accountId: 'a', since: START });
      expect(await store.claimIndex('payment', 'c', 'b', START)).toEqual({ accountId: 'b', since: START });
      await bench.reopen();
      expect(await bench.store.indexOwner('customer', 'c')).toEqual({ accountId: 'a', since: START });
    });

    it('answers one owner to all of many parallel claims', async () => {
      const owners = await Promise.all(
        Array.from({ length: 40 }, (_, n) => bench.store.claimIndex('customer', 'c', `account ${n}`, START)),
      );
      expect(new Set(owners.map(({ accountId }) => accountId)).size).toBe(1);
      expect(await bench.store.indexOwner('customer', 'c')).toEqual(owners[0]);
    });

    it('replaces an owner only while it still is the owner', async () => {
      const { store } = bench;
      expect(await store.replaceIndex('customer', 'c', 'a', 'b', START)).toBe(false);
      expect(await store.indexOwner('customer', 'c')).toBeNull();
      await store.claimIndex('customer', 'c', 'a', START);
      const outcomes = await Promise.all(
        ['x', 'y', 'z'].map((to) => store.replaceIndex('customer', 'c', 'a', to, START + 5)),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      const winner = ['x', 'y', 'z'][outcomes.indexOf(true)];
      expect(await store.indexOwner('customer', 'c')).toEqual({ accountId: winner, since: START + 5 });
    });
  });

  describe('leases', () => {
    const bench = useStore(engine);

    it('has one holder, who prolongs it, until it lapses', async () => {
      const { store } = bench;
      expect(await store.lease('meter', 'one', 1_000, START)).toBe(true);
      expect(await store.lease('meter', 'two', 1_000, START + 999)).toBe(false);
      expect(await store.lease('other', 'two', 1_000, START)).toBe(true);
      expect(await store.lease('meter', 'one', 1_000, START + 500)).toBe(true);
      expect(await store.lease('meter', 'two', 1_000, START + 1_499)).toBe(false);
      expect(await store.lease('meter', 'two', 1_000, START + 1_500)).toBe(true);
      expect(await store.lease('meter', 'one', 1_000, START + 1_501)).toBe(false);
    });

    it('has one holder of many that ask at once, and is given back with a time of 0', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) => bench.store.lease('meter', `p${n}`, 1_000, START)),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await bench.store.lease('meter', `p${outcomes.indexOf(true)}`, 0, START + 1)).toBe(true);
      expect(await bench.store.lease('meter', 'next', 1_000, START + 1)).toBe(true);
    });

    it('is not taken away by a sweep', async () => {
      await bench.store.lease('meter', 'one', 1_000, START);
      await bench.store.sweep(START + 999);
      expect(await bench.store.lease('meter', 'two', 1_000, START + 999)).toBe(false);
    });
  });

  describe('counters and facts', () => {
    const bench = useStore(engine);

    it('adds up from 0, backwards too, and loses no parallel addition', async () => {
      const { store } = bench;
      const sums = await Promise.all(Array.from({ length: 50 }, () => store.increment('n', 2, START + 10, START)));
      expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => (n + 1) * 2));
      expect(await store.increment('n', -30, START + 10, START)).toBe(70);
      expect(await store.increment('m', 0, START + 10, START)).toBe(0);
    });

    it('forgets a counter at the time its first addition set, swept or not', async () => {
      const { store } = bench;
      await store.increment('n', 1, START + 10, START);
      expect(await store.increment('n', 1, START + 99, START + 9)).toBe(2);
      await store.sweep(START + 9);
      expect(await store.increment('n', 1, START + 99, START + 9)).toBe(3);
      expect(await store.increment('n', 5, START + 20, START + 10)).toBe(5);
      await store.sweep(START + 20);
      expect(await store.increment('n', 7, START + 30, START + 20)).toBe(7);
    });

    it('keeps facts over a restart and overwrites them', async () => {
      expect(await bench.store.fact('business')).toBeNull();
      await bench.store.setFact('business', 'bus_1');
      await bench.store.setFact('business', 'bus_2');
      await bench.store.setFact('empty', '');
      await bench.reopen();
      expect(await bench.store.fact('business')).toBe('bus_2');
      expect(await bench.store.fact('empty')).toBe('');
    });
  });

  describe('sweep', () => {
    const bench = useStore(engine);

    it('forgets thousands of expired keys and touches nothing else', async () => {
      const seen = Array.from({ length: 2_100 }, (_, n) => ({ key: `k${n}`, expiresAt: START + (n % 2) * 100 }));
      await bench.store.commit(
        commitOf({
          document: { n: 1 },
          seen,
          rows: [rowOf('r')],
          records: [{ kind: 'ask', id: 'x', at: 0, body: {} }],
        }),
      );
      await bench.store.sweep(START + 50);
      const loaded = await bench.store.load('a', ['k0', 'k1', 'k2098', 'k2099']);
      expect(loaded).toMatchObject({ document: { n: 1 }, seen: new Set(['k1', 'k2099']) });
      expect(ids(await claimAll(bench.store, START))).toEqual(['r']);
      expect(await bench.store.record('ask', 'x')).not.toBeNull();
    });
  });

  describe('texts and sizes', () => {
    const bench = useStore(engine);
    const strange = [
      'O\'Brien "x"; DROP TABLE accounts; --',
      '日本語 😀 é',
      'a:b:c',
      '%_*?[{}]',
      'a\nb\tc',
      'a\0b',
      ' ',
      '__proto__',
    ];

    it.each(strange)('keeps %j apart from others as id, key, name and content', async (text) => {
      const { store } = bench;
      const committed = await store.commit(
        commitOf({
          accountId: text,
          document: { [`${text}!`]: text },
          seen: [{ key: text, expiresAt: START + 1 }],
          rows: [rowOf(text, { accountId: text, waitsFor: text, body: { text }, dueAt: START + 9 })],
          records: [{ kind: text, id: text, at: START, body: { text } }],
        }),
      );
      expect(committed).toBe(true);
      expect(await store.load(text, [text, `${text}!`])).toEqual({
        version: expect.any(Number),
        document: { [`${text}!`]: text },
        seen: new Set([text]),
      });
      expect(await store.load(`${text}!`, [text])).toMatchObject({ version: 0, seen: new Set() });
      expect(await store.wake(text, START)).toBe(1);
      expect(await claimAll(store, START)).toMatchObject([
        { id: text, accountId: text, waitsFor: text, body: { text } },
      ]);
      expect(await store.record(text, text)).toMatchObject({ accountId: text, body: { text } });
      expect(await store.claimIndex(text, text, text, START)).toEqual({ accountId: text, since: START });
      await store.setFact(text, text);
      expect(await store.fact(text)).toBe(text);
      expect(await store.increment(text, 1, START + 1, START)).toBe(1);
      expect(await store.lease(text, text, 1, START)).toBe(true);
    });

    it('refuses half a surrogate pair in an id instead of mixing ids up', async () => {
      await expect(bench.store.commit(commitOf({ accountId: 'a\ud800' }))).rejects.toThrow('well-formed');
      await expect(bench.store.load('a\udc00', [])).rejects.toThrow('well-formed');
      await expect(putRow(bench.store, rowOf('r\ud800'))).rejects.toThrow('well-formed');
    });

    it('keeps half a surrogate pair in a document', async () => {
      await bench.store.commit(commitOf({ document: { text: 'cut \ud83d' } }));
      expect((await bench.store.load('a', [])).document).toEqual({ text: 'cut \ud83d' });
    });

    it('keeps documents and bodies of 256 KiB and the largest safe integers', async () => {
      const text = 'é'.repeat(128 * 1024);
      const most = Number.MAX_SAFE_INTEGER;
      await bench.store.commit(commitOf({ document: { text, most }, rows: [rowOf('r', { body: { text } })] }));
      await bench.reopen();
      expect((await bench.store.load('a', [])).document).toEqual({ text, most });
      expect((await claimAll(bench.store, START))[0]?.body).toEqual({ text });
      expect(await bench.store.increment('n', most, START + 1, START)).toBe(most);
    });

    it('refuses a number that is no integer where one is kept', async () => {
      await expect(bench.store.increment('n', 0.5, START + 1, START)).rejects.toThrow();
      await expect(bench.store.increment('n', Number.NaN, START + 1, START)).rejects.toThrow();
      expect(await bench.store.increment('n', 1, START + 1, START)).toBe(1);
    });
  });

  describe('check and close', () => {
    const bench = useStore(engine);

    it('can be checked as often as one likes', async () => {
      await bench.store.check();
      await bench.store.check();
    });

    it('finishes what was asked before it closes, and can be closed twice', async () => {
      const commits = Promise.all(
        Array.from({ length: 100 }, (_, n) => bench.store.commit(commitOf({ accountId: `account ${n}` }))),
      );
      await Promise.all([commits, bench.store.close()]);
      await bench.store.close();
      await bench.reopen();
      expect((await bench.store.load('account 99', [])).document).not.toBeNull();
    });

    const calls: [string, (store: Store) => Promise<unknown>][] = [
      ['load', (store) => store.load('a', [])],
      ['commit', (store) => store.commit(commitOf({}))],
      ['put', (store) => putRow(store, rowOf('r'))],
      ['claim', (store) => claimAll(store, START)],
      ['remove', (store) => store.remove(['r'])],
      ['retry', (store) => store.retry({ id: 'r', attempts: 1 }, START, '')],
      ['bury', (store) => store.bury({ id: 'r', attempts: 1 }, '', START)],
      ['extend', (store) => store.extend([{ id: 'r', body: {} }], START)],
      ['wake', (store) => store.wake('c', START)],
      ['depths', (store) => store.depths()],
      ['deadLetters', (store) => store.deadLetters(1)],
      ['record', (store) => store.record('ask', 'r')],
      ['records', (store) => store.records('a', 'ask', 1)],
      ['claimIndex', (store) => store.claimIndex('i', 'k', 'a', START)],
      ['indexOwner', (store) => store.indexOwner('i', 'k')],
      ['replaceIndex', (store) => store.replaceIndex('i', 'k', 'a', 'b', START)],
      ['lease', (store) => store.lease('l', 'o', 1, START)],
      ['increment', (store) => store.increment('n', 1, START, START)],
      ['fact', (store) => store.fact('f')],
      ['setFact', (store) => store.setFact('f', 'v')],
      ['sweep', (store) => store.sweep(START)],
      ['check', (store) => store.check()],
    ];
    it.each(calls)('rejects %s once it is closed', async (_name, call) => {
      await bench.store.close();
      await expect(call(bench.store)).rejects.toThrow('closed');
    });
  });
}
