import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Account, newAccount } from '../../src/core/account/account.ts';
import { type Metrics, unwatched } from '../../src/core/metrics.ts';
import { createWallets, type Wallets } from '../../src/core/wallets/wallets.ts';
import { createPinoLog } from '../../src/ports/log/pino-log.ts';
import { createRedisStore, type RedisStore } from '../../src/ports/store/redis/redis-store.ts';
import { canStartRedis, type RedisServer, startRedisServer } from '../helpers/redis-server.ts';
import { commitNext, commitOf, START } from './store-harness.ts';

const isPossible = canStartRedis('what a process recalls of accounts on Redis');
const server: RedisServer | null = isPossible ? await startRedisServer() : null;
afterAll(() => server?.close());

describe.skipIf(server === null)('what a process recalls of accounts on Redis', () => {
  const redis = server as RedisServer;
  let one: RedisStore;
  let two: RedisStore;
  let now: number;
  let loads: number;
  let conflicts: number;
  let wallets: Wallets;

  beforeEach(async () => {
    const prefix = `test-${crypto.randomUUID()}`;
    const url = redis.url;
    now = START;
    one = await createRedisStore({ url, prefix, now: () => now });
    two = await createRedisStore({ url, prefix, now: () => START });
    [loads, conflicts] = [0, 0];
    const store = {
      ...one,
      load: (...asked: Parameters<RedisStore['load']>) => {
        loads += 1;
        return one.load(...asked);
      },
    };
    const metrics: Metrics = {
      ...unwatched,
      count: (name) => {
        if (name === 'commit_conflicts') conflicts += 1;
      },
    };
    const log = createPinoLog({ level: 'silent' });
    wallets = createWallets({ store, clock: () => START, metrics, log, onRows() {} });
    return () => Promise.all([one.close(), two.close()]);
  });

  const fresh = newAccount('a', { platform: 'discord', workspace: '', user: '1' }, START);
  const named = (account: Account | null, customerId: string): Account => ({ ...(account ?? fresh), customerId });
  const rename = (to: string) =>
    wallets.run('a', [], (account) => ({ account: named(account, to), reply: account?.customerId ?? null }));

  it('is what it committed last, which nobody can change', async () => {
    const document = { n: 1, parts: [{ n: 1 }] };
    await one.commit(commitOf({ document }));
    expect(await two.recall('a')).toBeNull();
    expect(await one.recall('a')).toEqual(await two.load('a', []));
    expect(() => document.parts.push({ n: 2 })).toThrow(TypeError);
    expect(await one.recall('a')).toMatchObject({ document: { parts: [{ n: 1 }] } });
  });

  it('is still known after a decision that commits nothing', async () => {
    await rename('x');
    await wallets.run('a', [], () => ({ account: null, reply: null }));
    loads = 0;
    await rename('y');
    expect(loads).toBe(0);
  });

  it('is nothing after a commit that was refused', async () => {
    await one.commit(commitOf({ document: { n: 1 } }));
    await commitNext(two, { document: { n: 2 } });
    expect(await one.commit(commitOf({ expectedVersion: 1, document: { n: 9 } }))).toBe(false);
    expect(await one.recall('a')).toBeNull();
  });

  it('is nothing for a while after somebody else was quicker, who will be so again', async () => {
    await one.commit(commitOf({ document: { n: 1 } }));
    expect(await one.commit(commitOf({ document: { n: 9 } }))).toBe(false);
    now += 4_999;
    await commitNext(one, { document: { n: 2 } });
    expect(await one.recall('a')).toBeNull();
    now += 1;
    await commitNext(one, { document: { n: 3 } });
    expect(await one.recall('a')).toMatchObject({ document: { n: 3 } });
  });

  it('saves the change of a wallet a round trip', async () => {
    await rename('x');
    loads = 0;
    expect(await rename('y')).toBe('x');
    expect([loads, conflicts]).toEqual([0, 0]);
    expect(await two.load('a', [])).toMatchObject({ document: { customerId: 'y' } });
  });

  it('does not overwrite what another process has committed since', async () => {
    await rename('x');
    await commitNext(two, { document: named(null, 'theirs') });
    expect(await rename('y')).toBe('theirs');
    expect(await two.load('a', [])).toMatchObject({ document: { customerId: 'y' } });
    expect(conflicts).toBe(1);
  });

  it('is not committed to an account that was lost and came again with as many commits', async () => {
    await rename('lost');
    await redis.clear();
    await two.commit(commitOf({ document: named(null, 'theirs') }));
    expect(await rename('y')).toBe('theirs');
  });

  it('decides nothing that is not committed', async () => {
    await rename('x');
    await commitNext(two, { document: named(null, 'theirs') });
    const told = await wallets.run('a', [], (account) => ({ account: null, reply: account?.customerId }));
    expect(told).toBe('theirs');
    await rename('x');
    await commitNext(two, { document: named(null, 'theirs') });
    const thrown = wallets.run('a', [], (account) => {
      throw new Error(`found ${account?.customerId}`);
    });
    await expect(thrown).rejects.toThrow('found theirs');
  });
});
