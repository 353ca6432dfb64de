import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { createRedisStore, type RedisStoreOptions } from '../../src/ports/store/redis/redis-store.ts';
import { freePort } from '../../src/sandbox/http-server.ts';
import { canStartRedis, type RedisServer, startRedisServer } from '../helpers/redis-server.ts';
import { claimAll, commitOf, putRow, rowOf, START } from './store-harness.ts';

const isPossible = canStartRedis('the Redis store when things break');
const server: RedisServer | null = isPossible ? await startRedisServer() : null;
afterAll(() => server?.close());

describe.skipIf(server === null)('the Redis store when things break', () => {
  const redis = server as RedisServer;
  const stores: Store[] = [];
  const warnings: string[] = [];
  let prefix = '';

  const open = async (options: Partial<RedisStoreOptions> = {}) => {
    const onWarning = (message: string) => warnings.push(message);
    const store = await createRedisStore({ url: redis.url, prefix, now: () => START, onWarning, ...options });
    stores.push(store);
    return store;
  };

  beforeEach(() => {
    prefix = `test-${crypto.randomUUID()}`;
    warnings.length = 0;
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  /** Tries again, without a pause, until Redis is back. */
  async function until<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        expect(`${error}`).toMatch(/cannot be reached|LOADING/);
      }
    }
  }

  it('has every commit that was told as done after kill -9 in the middle of commits, and each whole or not at all', async () => {
    const store = await open();
    const told: string[] = [];
    const asked: string[] = [];
    let isDown = false;
    const committing = Array.from({ length: 20 }, async (_, worker) => {
      for (let n = 0; !isDown; n += 1) {
        const accountId = `${worker}-${n}`;
        asked.push(accountId);
        try {
          await store.commit(
            commitOf({
              accountId,
              document: { filler: 'x'.repeat(1_000) },
              seen: [{ key: accountId, expiresAt: START + 1 }],
              rows: [rowOf(accountId, { accountId })],
              records: [{ kind: 'ask', id: accountId, at: START, body: {} }],
            }),
          );
          told.push(accountId);
        } catch {
          isDown = true;
        }
        if (told.length === 300) void redis.kill();
      }
    });
    await Promise.all(committing);
    expect(told.length).toBeGreaterThanOrEqual(300);
    await redis.start();
    await until(() => store.check());
    const waiting = new Set((await claimAll(store, START, 'usage', 10_000)).map(({ id }) => id));
    for (const accountId of asked) {
      const { document, seen } = await store.load(accountId, [accountId]);
      const record = await store.record('ask', accountId);
      const parts = [document !== null, seen.has(accountId), record !== null, waiting.has(accountId)];
      if (told.includes(accountId)) expect(parts).toEqual([true, true, true, true]);
      else expect(new Set(parts).size).toBe(1);
    }
  });

  it('rejects calls while Redis is away and goes on by itself when it is back, scripts and all', async () => {
    const store = await open();
    await store.commit(commitOf({ document: { n: 1 } }));
    const { version: expectedVersion } = await store.load('a', []);
    await redis.kill();
    await expect(store.commit(commitOf({ expectedVersion }))).rejects.toThrow(/^Redis at redis:.* cannot be reached/);
    await expect(store.load('a', [])).rejects.toThrow('cannot be reached');
    await redis.start();
    expect(await until(() => store.load('a', []))).toMatchObject({ document: { n: 1 } });
    expect(await store.commit(commitOf({ expectedVersion }))).toBe(true);
    expect(warnings.filter((text) => text.includes('is lost'))).toHaveLength(1);
    expect(warnings.filter((text) => text.includes('is back'))).toHaveLength(1);
    expect(warnings.join()).toContain(redis.url);
  });

  it('rejects calls that Redis leaves without an answer, and goes on when it answers again', async () => {
    const store = await open({ timeoutMs: 200 });
    await store.check();
    process.kill(redis.pid(), 'SIGSTOP');
    try {
      await expect(store.check()).rejects.toThrow('no answer within 200 ms');
      await expect(store.check()).rejects.toThrow('cannot be reached');
      await expect(createRedisStore({ url: redis.url, now: () => START, timeoutMs: 200 })).rejects.toThrow('no answer');
    } finally {
      process.kill(redis.pid(), 'SIGCONT');
    }
    await until(() => store.check());
  });

  it('loads its scripts again when they were flushed', async () => {
    const store = await open();
    await putRow(store, rowOf('r'));
    await store.connection.send('', ['SCRIPT', 'FLUSH']);
    expect(await claimAll(store, START)).toHaveLength(1);
    await store.connection.send('', ['SCRIPT', 'FLUSH']);
    const commits = Array.from({ length: 10 }, (_, n) => store.commit(commitOf({ accountId: `${n}` })));
    expect(await Promise.all(commits)).toEqual(Array.from({ length: 10 }, () => true));
  });

  it('writes nothing of a commit that finds the memory full', async () => {
    const store = await open();
    await store.commit(commitOf({ rows: [rowOf('kept')] }));
    const { version: expectedVersion } = await store.load('a', []);
    await store.connection.send('', ['CONFIG', 'SET', 'maxmemory', '1']);
    try {
      const seen = [{ key: 'k', expiresAt: START + 1 }];
      await expect(store.commit(commitOf({ expectedVersion, seen, removeRows: ['kept'] }))).rejects.toThrow('OOM');
      await expect(store.check()).rejects.toThrow('OOM');
    } finally {
      await store.connection.send('', ['CONFIG', 'SET', 'maxmemory', '0']);
    }
    expect(await store.load('a', ['k'])).toMatchObject({ version: expectedVersion, seen: new Set() });
    expect(await claimAll(store, START)).toHaveLength(1);
  });

  it('says what is wrong when there is no Redis, and never the password', async () => {
    const port = await freePort();
    const failed = createRedisStore({ url: `redis://user:secret@127.0.0.1:${port}`, now: () => START });
    await expect(failed).rejects.toThrow(`Redis at redis://127.0.0.1:${port} cannot be reached: connect ECONNREFUSED`);
    await expect(failed).rejects.not.toThrow('secret');
  });

  it('says that the password is wrong or missing, and takes the right one', async () => {
    const guarded = await startRedisServer(['--requirepass', 'right']);
    try {
      const at = (password: string) => guarded.url.replace(':right@', password);
      for (const password of [':wrong@', ''])
        await expect(createRedisStore({ url: at(password), now: () => START })).rejects.toThrow(
          /refuses the user or the password of its URL: (WRONGPASS|NOAUTH)/,
        );
      const store = await open({ url: guarded.url });
      await store.check();
    } finally {
      await guarded.close();
    }
  });

  it('refuses a store of another layout, and leaves it as it was', async () => {
    const store = await open();
    for (const other of ['1', '3']) {
      await store.connection.send('', ['SET', `${prefix}:{s0}:layout`, other]);
      await expect(open()).rejects.toThrow(`was written by another version: expected layout 2, got ${other}`);
      expect(await store.connection.send('', ['GET', `${prefix}:{s0}:layout`])).toBe(other);
    }
  });

  it('can be closed while Redis is away', async () => {
    const store = await open();
    await redis.kill();
    await expect(store.check()).rejects.toThrow('cannot be reached');
    await store.close();
    await redis.start();
    await expect(store.check()).rejects.toThrow('is closed');
  });
});
