import { afterEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Log } from '../../src/core/log.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/sandbox/simulated-world.ts';
import { checkoutOf, payAt, personOn, reads } from '../helpers/people.ts';
import { canStartRedis, type RedisServer, startRedisServer } from '../helpers/redis-server.ts';

const MINUTE = 60_000;
const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

describe.skipIf(!canStartRedis('the sweep of several processes'))('the sweep of several processes on one Redis', () => {
  let redis: RedisServer;
  let world: SimulatedWorld;
  let offset = 0;
  let listings = 0;
  const apps: App[] = [];
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await world.close();
    await redis.close();
  });

  async function join(port = world.env.PORT ?? '0'): Promise<App> {
    const env = { ...world.env, REDIS_URL: redis.url, ROLES: 'web,worker', PORT: port };
    const { config, secrets } = loadConfig(env);
    const app = await createApp(config, secrets, { log: silent, clock: () => Date.now() + offset });
    apps.push(app);
    return app;
  }

  async function pass(ms: number): Promise<void> {
    offset += ms;
    world.dodo.clock.advance(ms);
    for (const app of apps) await app.settle();
  }

  it('is made by one of them; the other goes on when that one is gone, and finds what was lost', async () => {
    redis = await startRedisServer();
    const onExchange = ({ path }: { path: string }) => {
      if (path.endsWith('/balances')) listings += 1;
    };
    world = await createSimulatedWorld({ databasePath: '/not/used', rateLimits: 'off', dodo: { onExchange } });
    const first = await join();
    await first.settle();
    const second = await join('0');
    await second.settle();
    expect(listings).toBe(1);
    await pass(5 * MINUTE);
    await pass(MINUTE);
    expect(listings).toBe(2);

    const ann = personOn('discord', { world }, 'Ann');
    const url = await checkoutOf(ann, 'topup');
    world.dodo.webhooks.faults.drop = true;
    await payAt(url, 'ann@example.com');
    apps.splice(apps.indexOf(first), 1);
    await first.close();
    world.discord.setInteractionsUrl(`${second.url}/discord/interactions`);
    await pass(2 * MINUTE);
    await pass(MINUTE);
    expect(listings).toBe(3);
    expect((await reads(ann.does('balance'))).text).toContain('5,000,000 tokens left');
    expect(ann.dms().filter(({ text }) => text.includes('were added'))).toHaveLength(1);
  });
});
