import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisStore, type RedisStore } from '../../src/ports/store/redis/redis-store.ts';
import { canStartRedis, type RedisServer, startRedisServer } from '../helpers/redis-server.ts';
import { claimAll, commitOf, ids, rowOf, START } from './store-harness.ts';

const isPossible = canStartRedis('two stores on one Redis');
const server: RedisServer | null = isPossible ? await startRedisServer() : null;
afterAll(() => server?.close());

describe.skipIf(server === null)('two stores on one Redis', () => {
  const url = server?.url ?? '';
  let one: RedisStore;
  let two: RedisStore;

  beforeEach(async () => {
    const prefix = `test-${crypto.randomUUID()}`;
    one = await createRedisStore({ url, prefix, now: () => START });
    two = await createRedisStore({ url, prefix, now: () => START });
    return () => Promise.all([one.close(), two.close()]);
  });

  /** How many scripts a store sends; what they look at within Redis costs no round trip. */
  async function scriptsDuring(work: () => Promise<unknown>): Promise<number> {
    const count = async () => {
      const info = `${await one.connection.send('', ['INFO', 'commandstats'])}`;
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(info)?.[1]);
    };
    const before = await count();
    await work();
    return (await count()) - before;
  }

  it('lose no increment when they race on one account', async () => {
    let refused = 0;
    const increment = async (store: RedisStore) => {
      for (;;) {
        const { version, document } = await store.load('a', []);
        const count = document && 'count' in document ? Number(document.count) : 0;
        if (await store.commit(commitOf({ expectedVersion: version, document: { count: count + 1 } }))) return;
        refused += 1;
      }
    };
    await Promise.all(Array.from({ length: 40 }, (_, n) => increment(n % 2 === 0 ? one : two)));
    expect(await one.load('a', [])).toMatchObject({ document: { count: 40 } });
    expect(refused).toBeGreaterThan(0);
  });

  it('share the rows between them, each row once', async () => {
    const accounts = Array.from({ length: 100 }, (_, n) => `account ${n}`);
    await Promise.all(
      accounts.map((id) => one.commit(commitOf({ accountId: id, rows: [rowOf(id, { accountId: id })] }))),
    );
    const claims = Array.from({ length: 30 }, (_, n) => claimAll(n % 2 === 0 ? one : two, START, 'usage', 10));
    const claimed = (await Promise.all(claims)).flat();
    while (claimed.length < 100) {
      const more = await claimAll(two, START, 'usage', 10);
      expect(more).not.toEqual([]);
      claimed.push(...more);
    }
    expect(new Set(ids(claimed)).size).toBe(100);
    await two.remove(ids(claimed));
    expect(await one.depths()).toEqual([]);
  });

  it('give a lease to one of them', async () => {
    const stores = [one, two];
    const outcomes = await Promise.all(stores.map((store, n) => store.lease('meter', `owner ${n}`, 1_000, START)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  });

  it('ask Redis one thing at each look when there is nothing to do', async () => {
    await claimAll(one, START);
    await one.depths();
    expect(await scriptsDuring(() => claimAll(one, START))).toBe(1);
    expect(await scriptsDuring(() => one.depths())).toBe(1);
  });
});
