import { createClient } from '@redis/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/sandbox/simulated-world.ts';
import { canStartRedis, type RedisServer, startRedisServer } from '../helpers/redis-server.ts';

const MINUTE = 60_000;

describe.skipIf(!canStartRedis('a bot on a Redis that would lose commits'))('a Redis that would lose commits', () => {
  let redis: RedisServer;
  let world: SimulatedWorld;
  let app: App | null = null;
  let aheadMs = 0;
  let warned: object[];

  beforeAll(async () => {
    redis = await startRedisServer();
    world = await createSimulatedWorld({ databasePath: '/not/used', rateLimits: 'off' });
  });
  afterEach(async () => {
    await app?.close();
    app = null;
  });
  afterAll(async () => {
    await world.close();
    await redis.close();
  });

  async function syncs(how: 'always' | 'everysec'): Promise<void> {
    const client = await createClient({ url: redis.url }).connect();
    await client.sendCommand(['CONFIG', 'SET', 'appendfsync', how]);
    client.destroy();
  }

  async function start(env: Record<string, string> = {}): Promise<App> {
    warned = [];
    const { config, secrets } = loadConfig({ ...world.env, REDIS_URL: redis.url, ...env });
    const silent = () => {};
    const log = { debug: silent, info: silent, warn: (facts: object) => void warned.push(facts), error: silent };
    app = await createApp(config, secrets, { log, clock: () => Date.now() + aheadMs });
    return app;
  }

  async function readiness({ url }: App): Promise<{ status: number; durability: string; metric: string | undefined }> {
    const answer = await fetch(`${url}/readyz`);
    const { checks } = (await answer.json()) as { checks: Record<string, string> };
    const figures = await (await fetch(`${url}/metrics`)).text();
    const metric = /^tallybot_store_durable (\d)$/m.exec(figures)?.[1];
    return { status: answer.status, durability: checks.durability ?? 'none', metric };
  }

  it('is refused at the start, with what is wrong and the cure', async () => {
    await syncs('everysec');
    const refused = start();
    await expect(refused).rejects.toThrow('would lose commits in a crash');
    await expect(refused).rejects.toThrow('CONFIG SET appendfsync always');
  });

  it('is accepted with REDIS_UNSAFE=yes, aloud, and shown by a metric', async () => {
    await syncs('everysec');
    const running = await start({ REDIS_UNSAFE: 'yes' });
    expect(warned).toContainEqual(
      expect.objectContaining({ problems: [expect.stringContaining('has appendfsync everysec')] }),
    );
    expect(await readiness(running)).toEqual({ status: 200, durability: 'ok', metric: '0' });
  });

  it('makes a process unready when it is changed under it, and ready again when that is undone', async () => {
    await syncs('always');
    const running = await start();
    expect(await readiness(running)).toEqual({ status: 200, durability: 'ok', metric: '1' });
    await syncs('everysec');
    aheadMs += MINUTE;
    expect(await readiness(running)).toEqual({ status: 503, durability: 'failed', metric: '0' });
    await syncs('always');
    aheadMs += MINUTE;
    expect(await readiness(running)).toEqual({ status: 200, durability: 'ok', metric: '1' });
  });
});
