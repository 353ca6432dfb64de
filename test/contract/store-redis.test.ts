import { afterAll, describe } from 'vitest';
import { createRedisStore } from '../../src/ports/store/redis/redis-store.ts';
import { type RedisForTests, redisForTests } from '../helpers/redis-for-tests.ts';
import { storeContract } from './store-suite.ts';

const redis: RedisForTests | null = await redisForTests('the contract suite of the store on Redis');
afterAll(() => redis?.close());

describe.skipIf(redis === null)('a single Redis', () => {
  let prefix = '';
  const url = redis?.url ?? '';
  storeContract('Redis', {
    open: (now) => {
      prefix = `test-${crypto.randomUUID()}`;
      return createRedisStore({ url, prefix, now });
    },
    reopen: (now) => createRedisStore({ url, prefix, now }),
    destroy: async () => redis?.clear(prefix),
  });
});
