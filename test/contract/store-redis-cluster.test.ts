import { afterAll, describe, expect, it } from 'vitest';
import { checkDurability } from '../../src/ports/store/redis/durability.ts';
import { createRedisStore } from '../../src/ports/store/redis/redis-store.ts';
import { startRedisCluster } from '../helpers/redis-cluster.ts';
import { canStartRedis } from '../helpers/redis-server.ts';
import { commitNext, START } from './store-harness.ts';
import { storeContract } from './store-suite.ts';

const isPossible = canStartRedis('the contract suite of the store on a Redis Cluster');
const cluster = isPossible ? await startRedisCluster() : null;
afterAll(() => cluster?.close());

describe.skipIf(cluster === null)('a Redis Cluster of three nodes', () => {
  const url = cluster?.url ?? '';
  storeContract('Redis Cluster', {
    open: (now) => createRedisStore({ url, now }),
    reopen: (now) => createRedisStore({ url, now }),
    destroy: async () => cluster?.clear(),
  });

  it('is known as one by any of its nodes, and is checked node by node', async () => {
    const store = await createRedisStore({ url: cluster?.nodes[1]?.url ?? '', now: () => START });
    try {
      expect(store.connection.isCluster).toBe(true);
      expect(await store.connection.masters()).toHaveLength(3);
      expect(await checkDurability(store)).toEqual([]);
      await store.connection.masters().then(([node]) => node?.send(['CONFIG', 'SET', 'appendfsync', 'everysec']));
      expect(await checkDurability(store)).toEqual([expect.stringContaining('has appendfsync everysec')]);
      await store.connection.masters().then(([node]) => node?.send(['CONFIG', 'SET', 'appendfsync', 'always']));
    } finally {
      await store.close();
    }
  });

  it('goes on with the accounts of the other nodes when one is down, and with all when it is back', async () => {
    const store = await createRedisStore({ url, now: () => START });
    const accounts = Array.from({ length: 40 }, (_, n) => `account ${n}`);
    const commitAll = (n: number, of = accounts) =>
      Promise.allSettled(of.map((accountId) => commitNext(store, { accountId, document: { n } })));
    try {
      expect(await commitAll(0)).toEqual(accounts.map(() => ({ status: 'fulfilled', value: true })));
      await cluster?.nodes[0]?.kill();
      const outcomes = await commitAll(1);
      const stopped = accounts.filter((_, n) => outcomes[n]?.status === 'rejected');
      const others = accounts.filter((_, n) => outcomes[n]?.status === 'fulfilled');
      expect(Math.min(stopped.length, others.length)).toBeGreaterThan(0);
      expect(await commitAll(2, others)).toEqual(others.map(() => ({ status: 'fulfilled', value: true })));
      for (const outcome of await commitAll(1, stopped))
        expect(outcome).toMatchObject({ reason: { message: expect.stringContaining('cannot be reached') } });
      await cluster?.nodes[0]?.start();
      const again = async () => (await commitAll(1, stopped)).map(({ status }) => status);
      await expect.poll(again, { interval: 50, timeout: 15_000 }).toEqual(stopped.map(() => 'fulfilled'));
      for (const accountId of stopped) expect(await store.load(accountId, [])).toMatchObject({ document: { n: 1 } });
    } finally {
      await store.close();
      await cluster?.clear();
    }
  });
});
