import { afterAll, describe } from 'vitest';
import { createRedisStore } from '../../src/ports/store/redis/redis-store.ts';
import { startRedisCluster } from '../helpers/redis-cluster.ts';
import { canStartRedis } from '../helpers/redis-server.ts';
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
});
