import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import * as vitest from 'vitest';
import { createSecrets } from '../../src/ports/crypto/secrets.ts';
import { createEncryptedKeyv } from '../../src/ports/store/encrypted-keyv.ts';
import { createKeyvSqlite } from '../../src/ports/store/keyv-sqlite.ts';
import { createSqliteStore, type SqliteStore } from '../../src/ports/store/sqlite/sqlite-store.ts';
import { temporaryDatabase } from './store-sqlite-files.ts';

const { afterAll, beforeAll, beforeEach, describe, expect, it } = vitest;

let file = { path: '', remove: async () => {} };
let store: SqliteStore;
let transactions: number[] = [];
let clock: (() => number) | null = null;
const adapter = (): KeyvStoreAdapter => createKeyvSqlite(store.connection);

beforeAll(async () => {
  file = await temporaryDatabase();
  store = await createSqliteStore({
    path: file.path,
    now: () => (clock ?? Date.now)(),
    onTransaction: (writes) => transactions.push(writes),
  });
});
afterAll(async () => {
  await store.close();
  await file.remove();
});

describe("Keyv's own suite on the SQLite adapter", () => {
  keyvTestSuite(vitest, Keyv, adapter);
  keyvIteratorTests(vitest, Keyv, adapter);
});

describe('the SQLite adapter', () => {
  let now = 1_000;
  beforeEach(async () => {
    now = 1_000;
    clock = () => now;
    await adapter().clear();
    transactions = [];
    return () => {
      clock = null;
    };
  });

  it('forgets an entry at its time, for every way of reading', async () => {
    const kept = adapter();
    await kept.set('n:k', 'v', 10);
    await kept.set('n:for ever', 'v');
    now += 9;
    expect(await kept.get('n:k')).toBe('v');
    now += 1;
    expect(await kept.get('n:k')).toBeUndefined();
    expect(await kept.has?.('n:k')).toBe(false);
    expect(await kept.hasMany?.(['n:k', 'n:for ever'])).toEqual([false, true]);
    expect(await kept.getMany?.(['n:k', 'n:for ever'])).toEqual([undefined, 'v']);
    const left = [];
    for await (const entry of kept.iterator?.('n') ?? []) left.push(entry);
    expect(left).toEqual([['n:for ever', 'v']]);
  });

  it('is swept with the store', async () => {
    await adapter().set('n:k', 'v', 10);
    await adapter().set('n:for ever', 'v');
    await store.sweep(1_010);
    const rows = store.connection.prepare<{ key: string }>('SELECT key FROM keyv_entries').all();
    expect(rows).toEqual([{ key: 'n:for ever' }]);
  });

  it('sets many in one write and all or none', async () => {
    const kept = adapter();
    await kept.setMany?.([
      { key: 'n:1', value: 'a', ttl: 10 },
      { key: 'n:2', value: 'b' },
    ]);
    expect(await kept.getMany?.(['n:1', 'n:2', 'n:3'])).toEqual(['a', 'b', undefined]);
    const half = kept.setMany?.([
      { key: 'n:3', value: 'c' },
      { key: 'n:4', value: 4 },
    ]);
    await expect(half).rejects.toThrow('Expected a serialised value for the key n:4, got number');
    expect(await kept.get('n:3')).toBeUndefined();
  });

  it('says of a deletion whether all of the keys were there', async () => {
    const kept = adapter();
    for (const key of ['n:1', 'n:2', 'n:3']) await kept.set(key, 'v');
    expect(await kept.deleteMany?.(['n:1', 'n:2'])).toBe(true);
    expect(await kept.deleteMany?.(['n:3', 'n:4'])).toBe(false);
    expect(await kept.get('n:3')).toBeUndefined();
    expect(await kept.delete('n:3')).toBe(false);
  });

  it('clears a namespace with wildcards in its name and no other', async () => {
    for (const namespace of ['a%', 'ab', 'a', 'a_'])
      await new Keyv({ store: adapter(), namespace }).set('k', namespace);
    await new Keyv({ store: adapter(), namespace: 'a%' }).clear();
    expect(await new Keyv({ store: adapter(), namespace: 'a%' }).get('k')).toBeUndefined();
    for (const namespace of ['ab', 'a', 'a_'])
      expect(await new Keyv({ store: adapter(), namespace }).get('k')).toBe(namespace);
  });

  it('iterates over more entries than it reads at once, while they are deleted', async () => {
    const keyv = new Keyv({ store: adapter(), namespace: 'many' });
    await Promise.all(Array.from({ length: 250 }, (_, n) => keyv.set(`k${n}`, n)));
    const values: number[] = [];
    for await (const [key, value] of keyv.iterator?.(undefined) ?? []) {
      values.push(value);
      await keyv.delete(key);
    }
    expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 250 }, (_, n) => n));
    expect(await keyv.get('k0')).toBeUndefined();
  });

  it("shares the store's group commit", async () => {
    const keyv = new Keyv({ store: adapter() });
    await Promise.all([keyv.set('1', 'a'), keyv.set('2', 'b'), store.check()]);
    expect(transactions).toEqual([3]);
  });
});

describe('an encrypted Keyv', () => {
  const secrets = createSecrets({ current: 'the first secret of this test' });
  const open = (using = secrets) =>
    createEncryptedKeyv<unknown>({ store: adapter(), namespace: 'installations', secrets: using });

  it('gives back what was set, and keeps it unreadable', async () => {
    const value = { token: 'xoxb-very-secret', bytes: Buffer.from('very-secret') };
    await open().set('team', value);
    expect(await open().get('team')).toEqual(value);
    expect(await open().get('other')).toBeUndefined();
    const raw = await adapter().get<string>('installations:team');
    expect(raw).toMatch(/^v1\./);
    expect(raw).not.toContain('secret');
    expect(Buffer.from(`${raw}`.slice(3), 'base64url').toString('latin1')).not.toContain('secret');
  });

  it('works for many at once and over the iterator', async () => {
    const keyv = open();
    await keyv.clear();
    await keyv.setMany([
      { key: '1', value: 'one' },
      { key: '2', value: 'two' },
    ]);
    expect(await keyv.get(['1', '2', '3'])).toEqual(['one', 'two', undefined]);
    expect(await keyv.has('1')).toBe(true);
    const entries = [];
    for await (const entry of keyv.iterator?.(undefined) ?? []) entries.push(entry);
    expect(entries).toEqual([
      ['1', 'one'],
      ['2', 'two'],
    ]);
  });

  it('reads values of the previous secret, and throws on those of an unknown one', async () => {
    await open().set('team', 'v');
    const current = 'the second secret of this test';
    const rotated = createSecrets({ current, previous: 'the first secret of this test' });
    expect(await open(rotated).get('team')).toBe('v');
    await expect(open(createSecrets({ current })).get('team')).rejects.toThrow('neither the current nor the previous');
  });

  it('lets entries expire by its own time to live', async () => {
    let now = Date.now();
    clock = () => now;
    const keyv = createEncryptedKeyv<string>({ store: adapter(), namespace: 'codes', secrets, ttl: 60_000 });
    await keyv.set('code', 'v');
    expect(await keyv.get('code')).toBe('v');
    now += 60_001;
    expect(await keyv.get('code')).toBeUndefined();
    clock = null;
  });

  it('throws when the adapter fails instead of answering that nothing is there', async () => {
    const other = await temporaryDatabase();
    const closed = await createSqliteStore({ path: other.path, now: Date.now });
    const keyv = createEncryptedKeyv({ store: createKeyvSqlite(closed.connection), namespace: 'n', secrets });
    await closed.close();
    await other.remove();
    await expect(keyv.get('k')).rejects.toThrow('closed');
    await expect(keyv.set('k', 'v')).rejects.toThrow('closed');
    await expect(keyv.has('k')).rejects.toThrow('closed');
    await expect(keyv.delete('k')).rejects.toThrow('closed');
  });
});
