import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { checkDurability } from '../../src/ports/store/redis/durability.ts';
import { createRedisStore, type RedisStore } from '../../src/ports/store/redis/redis-store.ts';
import { canStartRedis, type RedisServer, startRedisServer } from '../helpers/redis-server.ts';
import { commitNext, commitOf, START } from './store-harness.ts';

const isPossible = canStartRedis('what a Redis must be set to, and its replicas');
const server: RedisServer | null = isPossible ? await startRedisServer() : null;
afterAll(() => server?.close());

describe.skipIf(server === null)('the durability of a Redis', () => {
  const master = server as RedisServer;
  const stores: RedisStore[] = [];

  const open = async (url = master.url) => {
    const store = await createRedisStore({ url, prefix: `test-${crypto.randomUUID()}`, now: () => START });
    stores.push(store);
    return store;
  };
  const set = (store: RedisStore, setting: string, value: string) =>
    store.connection.send('', ['CONFIG', 'SET', setting, value]);

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  /** Starts a replica of the server and waits until it follows. */
  async function startReplica(store: RedisStore): Promise<RedisServer> {
    const replica = await startRedisServer(['--replicaof', `127.0.0.1 ${master.port}`]);
    do await store.check();
    while ((await store.connection.send('', ['WAIT', '1', '100'])) !== 1);
    return replica;
  }

  it('gets the commits of many accounts over several sockets, so that more of them share a write to the disk', async () => {
    const store = await open();
    const commitAll = () =>
      Promise.all(Array.from({ length: 40 }, (_, n) => store.commit(commitOf({ accountId: `account ${n}` }))));
    await commitAll();
    await commitAll();
    const sockets = `${await store.connection.send('', ['CLIENT', 'LIST'])}`.trim().split('\n');
    // One of them has just asked for the list.
    expect(sockets.filter((line) => line.includes('cmd=evalsha')).length).toBe(sockets.length - 1);
    expect(sockets).toHaveLength(4);
  });

  it('has nothing to say of a server that is set as it should be', async () => {
    expect(await checkDurability(await open())).toEqual([]);
  });

  it.each([
    ['appendonly', 'no', 'yes', 'everything since the last snapshot is lost'],
    ['appendfsync', 'everysec', 'always', 'the last seconds of commits are lost'],
    ['maxmemory-policy', 'allkeys-lru', 'noeviction', 'accounts are thrown away'],
  ])('says what is not safe about %s %s, with the cure', async (setting, unsafe, safe, why) => {
    const store = await open();
    await set(store, setting, unsafe);
    try {
      const problems = await checkDurability(store);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(`127.0.0.1:${master.port} has ${setting} ${unsafe}: ${why}`);
      expect(problems[0]).toContain(`CONFIG SET ${setting} ${safe}`);
    } finally {
      await set(store, setting, safe);
    }
  });

  it('tells what it can where CONFIG is forbidden, and says what it cannot', async () => {
    const admin = await open();
    await admin.connection.send('', ['ACL', 'SETUSER', 'hosted', 'on', '>pass', '~*', '+@all', '-config']);
    const store = await open(master.url.replace('redis://', 'redis://hosted:pass@'));
    const problems = await checkDurability(store);
    expect(problems).toEqual([expect.stringContaining('does not tell what appendfsync is: expected always')]);
    await admin.connection.send('', ['ACL', 'DELUSER', 'hosted']);
  });

  it('says that a replica is none to write to', async () => {
    const replica = await startReplica(await open());
    try {
      await expect(open(replica.url)).rejects.toThrow('READONLY');
    } finally {
      await replica.close();
    }
  });

  it('waits for a replica with each commit, and rejects what none has', async () => {
    const store = await open();
    const replica = await startReplica(store);
    try {
      expect(await checkDurability(store)).toEqual([expect.stringContaining('CONFIG SET min-replicas-to-write 1')]);
      await set(store, 'min-replicas-to-write', '1');
      expect(await checkDurability(store)).toEqual([]);
      expect(await store.commit(commitOf({ document: { n: 1 } }))).toBe(true);
      const { version: expectedVersion } = await store.load('a', []);
      process.kill(replica.pid(), 'SIGSTOP');
      const second = store.commit(commitOf({ expectedVersion, document: { n: 2 } }));
      const others = Array.from({ length: 20 }, (_, n) => store.commit(commitOf({ accountId: `other ${n}` })));
      for (const commit of await Promise.allSettled([second, ...others]))
        expect(commit).toMatchObject({ reason: { message: expect.stringContaining('Expected a replica') } });
      process.kill(replica.pid(), 'SIGCONT');
      expect(await store.load('a', [])).toMatchObject({ document: { n: 2 } });
      const commits = Array.from({ length: 50 }, (_, n) => store.commit(commitOf({ accountId: `account ${n}` })));
      expect((await Promise.all(commits)).filter(Boolean)).toHaveLength(50);
      await replica.kill();
      const refused = async () => commitNext(store, {});
      await expect(refused()).rejects.toThrow('NOREPLICAS');
    } finally {
      await set(store, 'min-replicas-to-write', '0');
      await replica.close();
    }
  });
});
