import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import * as vitest from 'vitest';
import { createSecrets } from '../../src/ports/crypto/secrets.ts';
import { createEncryptedKeyv } from '../../src/ports/store/encrypted-keyv.ts';
import { createKeyvRedis, type KeyvRedisConnection } from '../../src/ports/store/keyv-redis.ts';
import { startRedisCluster } from '../helpers/redis-cluster.ts';
import { type RedisForTests, redisForTests } from '../helpers/redis-for-tests.ts';
import { canStartRedis, startRedisServer } from '../helpers/redis-server.ts';

const { afterAll, afterEach, beforeEach, describe, expect, it } = vitest;

const prefix = `test-${crypto.randomUUID()}`;
const redis: RedisForTests | null = await redisForTests('Keyv on Redis');
const keyvs: KeyvRedisConnection | null = redis && (await createKeyvRedis({ url: redis.url, prefix }));
const adapter = (): KeyvStoreAdapter => {
  if (!keyvs) throw new Error('Expected a Redis');
  return keyvs.adapter();
};
afterAll(async () => {
  await keyvs?.close();
  await redis?.clear(prefix);
  await redis?.close();
});

describe.skipIf(redis === null)("Keyv's own suite on the Redis adapter", () => {
  keyvTestSuite(vitest, Keyv, adapter);
  keyvIteratorTests(vitest, Keyv, adapter);
});

describe.skipIf(redis === null)('the Redis adapter', () => {
  beforeEach(() => adapter().clear());

  it('keeps namespaces apart, for every way of reading, and clears one of them', async () => {
    const one = new Keyv({ store: adapter(), namespace: 'a' });
    const two = new Keyv({ store: adapter(), namespace: 'ab' });
    await one.set('k', 'one');
    await two.setMany([{ key: 'k', value: 'two' }]);
    expect([await one.get('k'), await two.get(['k', 'l'])]).toEqual(['one', ['two', undefined]]);
    expect(await two.has(['k', 'l'])).toEqual([true, false]);
    const entries = [];
    for await (const entry of one.iterator?.(undefined) ?? []) entries.push(entry);
    expect(entries).toEqual([['k', 'one']]);
    await one.clear();
    expect([await one.get('k'), await two.get('k')]).toEqual([undefined, 'two']);
    expect(await two.delete(['k', 'l'])).toBe(true);
    expect(await two.get('k')).toBeUndefined();
  });

  it('refuses a namespace that would be a pattern', () => {
    expect(() => new Keyv({ store: adapter(), namespace: 'a*' })).toThrow('Expected a namespace without');
  });

  it('forgets an entry at its time', async () => {
    const keyv = new Keyv({ store: adapter(), namespace: 'codes' });
    await keyv.set('k', 'v', 30);
    await keyv.set('l', 'v');
    expect(await keyv.get('k')).toBe('v');
    while (await adapter().has?.('codes:k')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await keyv.get('k')).toBeUndefined();
    expect(await keyv.get('l')).toBe('v');
  });

  it('is what an encrypted Keyv takes: readable to nobody else', async () => {
    const secrets = createSecrets({ current: 'the first secret of this test' });
    const keyv = createEncryptedKeyv<unknown>({ store: adapter(), namespace: 'installations', secrets });
    const value = { token: 'xoxb-very-secret' };
    await keyv.set('team', value);
    await keyv.setMany([{ key: 'other', value: 1 }]);
    expect(await keyv.get('team')).toEqual(value);
    expect(await keyv.get(['team', 'other', 'none'])).toEqual([value, 1, undefined]);
    const kept = adapter();
    kept.namespace = 'installations';
    expect(await kept.get<string>('installations:team')).toMatch(/^v1\./);
  });
});

describe.skipIf(redis === null)('Keyv when Redis breaks', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  it('rejects instead of answering that nothing is there, and goes on when it is back', async () => {
    if (!canStartRedis('Keyv when Redis breaks')) return;
    const server = await startRedisServer();
    open.push(server);
    const connection = await createKeyvRedis({ url: server.url, timeoutMs: 200 });
    open.push(connection);
    const secrets = createSecrets({ current: 'the first secret of this test' });
    const keyv = createEncryptedKeyv({ store: connection.adapter(), namespace: 'n', secrets });
    await keyv.set('k', 'v');
    process.kill(server.pid(), 'SIGSTOP');
    await expect(keyv.get('k')).rejects.toThrow('no answer within 200 ms');
    process.kill(server.pid(), 'SIGCONT');
    await server.kill();
    const calls = [keyv.get('k'), keyv.set('k', 'w'), keyv.has('k'), keyv.delete('k'), keyv.get(['k', 'l'])];
    for (const outcome of await Promise.allSettled(calls))
      expect(outcome).toMatchObject({ reason: { message: expect.stringContaining('cannot be reached') } });
    await server.start();
    await expect.poll(() => keyv.get('k').catch(() => undefined), { interval: 20, timeout: 10_000 }).toBe('v');
  });

  it('works on a cluster', async () => {
    if (!canStartRedis('Keyv on a Redis Cluster')) return;
    const cluster = await startRedisCluster();
    open.push(cluster);
    const connection = await createKeyvRedis({ url: cluster.url });
    open.push(connection);
    const keyv = new Keyv<number>({ store: connection.adapter(), namespace: 'n', throwOnErrors: true });
    const keys = Array.from({ length: 30 }, (_, n) => `k${n}`);
    await keyv.setMany(keys.map((key, value) => ({ key, value })));
    expect(await keyv.get(keys)).toEqual([...keys.keys()]);
    const seen = new Set<unknown>();
    for await (const [key] of keyv.iterator?.(undefined) ?? []) seen.add(key);
    expect(seen).toEqual(new Set(keys));
    await keyv.clear();
    expect(await keyv.has(keys)).toEqual(keys.map(() => false));
  });
});
