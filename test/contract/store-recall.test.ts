import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Account, newAccount } from '../../src/core/account/account.ts';
import { unwatched } from '../../src/core/metrics.ts';
import { createWallets, type Wallets } from '../../src/core/wallets/wallets.ts';
import { createPinoLog } from '../../src/ports/log/pino-log.ts';
import { createRedisStore, type RedisStore } from '../../src/ports/store/redis/redis-store.ts';
import { canStartRedis, type RedisServer, startRedisServer } from '../helpers/redis-server.ts';
import { commitOf, START } from './store-harness.ts';

const isPossible = canStartRedis('what a process recalls of accounts on Redis');
const server: RedisServer | null = isPossible ? await startRedisServer() : null;
afterAll(() => server?.close());

describe.skipIf(server === null)('what a process recalls of accounts on Redis', () => {
  const redis = server as RedisServer;
  let one: RedisStore;
  let two: RedisStore;
  let loads: number;
  let wallets: Wallets;

  beforeEach(async () => {
    const prefix = `test-${crypto.randomUUID()}`;
    const url = redis.url;
    one = await createRedisStore({ url, prefix, now: () => START });
    two = await createRedisStore({ url, prefix, now: () => START });
    loads = 0;
    const store = {
      ...one,
      load: (...asked: Parameters<RedisStore['load']>) => {
        loads += 1;
        return one.load(...asked);
      },
    };
    const log = createPinoLog({ level: 'silent' });
    wallets = createWallets({ store, clock: () => START, metrics: unwatched, log, onRows() {} });
    return () => Promise.all([one.close(), two.close()]);
  });

  const fresh = newAccount('a', { platform: 'discord', workspace: '', user: '1' }, START);
  const named = (account: Account | null, customerId: string): Account => ({ ...(account ?? fresh), customerId });
  const rename = (to: string) =>
    wallets.run('a', [], (account) => ({ account: named(account, to), reply: account?.customerId ?? null }));

  it('is what it committed last, until somebody else has been quicker', async () => {
    expect(await one.recall('a')).toBeNull();
    await one.commit(commitOf({ document: { n: 1 } }));
    expect(await one.recall('a')).toEqual({ version: 1, document: { n: 1 }, seen: new Set() });
    expect(await two.recall('a')).toBeNull();
    await two.commit(commitOf({ expectedVersion: 1, document: { n: 2 } }));
    expect(await one.commit(commitOf({ expectedVersion: 1, document: { n: 9 } }))).toBe(false);
    expect(await one.recall('a')).toBeNull();
    expect(await one.load('a', [])).toMatchObject({ version: 2, document: { n: 2 } });
  });

  it('saves the change of a wallet a round trip', async () => {
    await rename('x');
    loads = 0;
    expect(await rename('y')).toBe('x');
    expect(loads).toBe(0);
    expect(await two.load('a', [])).toMatchObject({ version: 2, document: { customerId: 'y' } });
  });

  it('does not overwrite what another process has committed since', async () => {
    await rename('x');
    await two.commit(commitOf({ expectedVersion: 1, document: named(null, 'theirs') }));
    expect(await rename('y')).toBe('theirs');
    expect(await two.load('a', [])).toMatchObject({ version: 3, document: { customerId: 'y' } });
  });

  it('decides nothing that is not committed', async () => {
    await rename('x');
    await two.commit(commitOf({ expectedVersion: 1, document: named(null, 'theirs') }));
    const told = await wallets.run('a', [], (account) => ({ account: null, reply: account?.customerId }));
    expect(told).toBe('theirs');
    const thrown = wallets.run('a', [], (account) => {
      throw new Error(`found ${account?.customerId}`);
    });
    await expect(thrown).rejects.toThrow('found theirs');
  });

  it('cannot be changed by whoever reads it', async () => {
    await one.commit(commitOf({ document: { n: 1 } }));
    const { document } = (await one.recall('a')) as { document: { n: number } };
    expect(() => {
      document.n = 9;
    }).toThrow(TypeError);
  });
});

describe.skipIf(!isPossible)('what a process recalled before its Redis broke', () => {
  it('is forgotten: what was committed then may be lost, and its version be another’s', async () => {
    const own = await startRedisServer();
    const store = await createRedisStore({ url: own.url, now: () => START });
    try {
      await store.commit(commitOf({ document: { n: 1 } }));
      const before = store.connection.generation();
      await own.kill();
      await own.start();
      await expect.poll(() => store.connection.generation(), { timeout: 10_000 }).toBeGreaterThan(before);
      expect(await store.recall('a')).toBeNull();
      expect(await store.load('a', [])).toMatchObject({ version: 1, document: { n: 1 } });
    } finally {
      await store.close();
      await own.close();
    }
  });
});
