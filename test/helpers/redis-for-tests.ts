import { createClient } from '@redis/client';
import { canStartRedis, startRedisServer } from './redis-server.ts';

/** A Redis that tests may share with others: they keep to keys that begin with a prefix of their own. */
export interface RedisForTests {
  url: string;
  /** Deletes the keys that begin with `prefix`. */
  clear(prefix: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * The single server of `REDIS_URL` where that is set, else one of the tests' own.
 * @param leftOut what is not run without one
 * @returns null when there is none and none is demanded
 */
export async function redisForTests(leftOut: string): Promise<RedisForTests | null> {
  const given = process.env.REDIS_URL;
  if (given === undefined && !canStartRedis(leftOut)) return null;
  const server = given === undefined ? await startRedisServer() : null;
  const url = server?.url ?? given ?? '';
  const client = await createClient({ url }).connect();
  return {
    url,
    clear: async (prefix) => {
      for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1_000 }))
        if (keys.length > 0) await client.sendCommand(['UNLINK', ...keys]);
    },
    close: async () => {
      client.destroy();
      await server?.close();
    },
  };
}
