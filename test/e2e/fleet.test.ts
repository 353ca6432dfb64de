import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Log } from '../../src/core/log.ts';
import { createRedisStore } from '../../src/ports/store/redis/redis-store.ts';
import { createSimulatedWorld, type SimulatedWorld, type Transports } from '../../src/sandbox/simulated-world.ts';
import { accountLinkOf, createPageVisitor } from '../helpers/page-visitor.ts';
import { ask, checkoutOf, payAt, personOn, reads } from '../helpers/people.ts';
import { canStartRedis, type RedisServer, startRedisServer } from '../helpers/redis-server.ts';

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const quick = { log: silent, usageGatherMs: 20, editIntervalMs: 20 };

describe.skipIf(!canStartRedis('several processes on one Redis'))('several processes on one Redis', () => {
  let redis: RedisServer;
  let world: SimulatedWorld;
  const apps: App[] = [];
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await world.close();
    await redis.close();
  });

  async function begin(transports: Transports = { discord: 'http', slack: 'http' }): Promise<void> {
    redis = await startRedisServer();
    world = await createSimulatedWorld({ databasePath: '/not/used', rateLimits: 'off', transports });
  }

  async function join(roles: string, port = world.env.PORT ?? '0'): Promise<App> {
    const { config, secrets } = loadConfig({ ...world.env, REDIS_URL: redis.url, ROLES: roles, PORT: port });
    const app = await createApp(config, secrets, quick);
    apps.push(app);
    return app;
  }

  /** What `/readyz` says, the names of its checks among it. */
  async function readiness(app: App): Promise<{ status: number; checks: string[] }> {
    const response = await fetch(`${app.url}/readyz`);
    const told = (await response.json()) as { checks: Record<string, string> };
    return { status: response.status, checks: Object.keys(told.checks) };
  }

  async function subscribe(name: string) {
    const person = personOn('discord', { world }, name);
    await payAt(await checkoutOf(person, 'starter'), `${name}@example.com`);
    await expect.poll(() => person.dms().length, { timeout: 15_000 }).toBe(1);
    return person;
  }

  it("spend a link to the account page once among them, and know each other's sessions", async () => {
    await begin();
    const web = await join('web');
    const other = await join('web', '0');
    const ann = personOn('discord', { world }, 'ann');
    const { pathname, search } = new URL(await accountLinkOf(ann));
    const visitors = [web, other, web, other].map(({ url }) => createPageVisitor(url));
    await Promise.all(visitors.map((visitor) => visitor.get(`${pathname}${search}`)));
    const pages = await Promise.all(visitors.map((visitor) => visitor.submit('/account/open')));
    expect(pages.map(({ status }) => status).toSorted()).toEqual([200, 410, 410, 410]);
    const key = visitors.flatMap(({ cookies }) => cookies.get('tallybot_account') ?? []);
    for (const { url } of [web, other]) {
      const elsewhere = createPageVisitor(url);
      elsewhere.cookies.set('tallybot_account', key.join());
      expect((await elsewhere.get('/account')).text).toContain(ann.id);
    }
  });

  it('share the work by their roles: one hears members, another delivers', async () => {
    await begin();
    const web = await join('web');
    const worker = await join('worker', '0');
    expect(await readiness(web)).toEqual({ status: 200, checks: ['store', 'durability', 'discord', 'slack'] });
    expect(await readiness(worker)).toEqual({ status: 200, checks: ['store', 'durability'] });
    const ann = await subscribe('ann');
    expect((await ask(ann, 'Why is the sky blue?')).isRefused).toBe(false);
    await expect.poll(() => world.dodo.store.events.size, { timeout: 15_000 }).toBe(1);
  });

  it('leave the sending of usage to the one that has the lease, so that it goes in few batches', async () => {
    await begin();
    const one = await join('web,worker');
    const ann = await subscribe('ann');
    const store = await createRedisStore({ url: redis.url, now: Date.now });
    try {
      await expect.poll(() => store.lease('meter', 'another process', 60_000, Date.now() + 60_000)).toBe(true);
      await ask(ann, 'Why is the sky blue?');
      await expect.poll(() => store.waiting('usage', 1), { timeout: 15_000 }).toHaveLength(1);
      await pause(50);
      await one.settle();
      expect(world.dodo.store.events.size).toBe(0);
      await store.lease('meter', 'another process', 0, Date.now());
      await expect.poll(() => world.dodo.store.events.size, { timeout: 15_000 }).toBe(1);
    } finally {
      await store.close();
    }
  });

  it('stop an answer from whichever of them hears the button', async () => {
    await begin();
    await join('web,worker,bot');
    const other = await join('web', '0');
    const ann = await subscribe('ann');
    const asked = ann.does('ask', 'A long story, please [[length:3000]] [[delay:30]]');
    const streaming = await reads(asked, (said) => said.buttons.some((button) => button.label === 'Stop'));
    world.discord.setInteractionsUrl(`${other.url}/discord/interactions`);
    const told = await reads(ann.press(streaming, 'Stop'));
    expect(told.text).toMatch(/Stopping/);
    const ended = await reads(asked, (said) => said.text.includes('Stopped.'));
    expect(ended.text).toMatch(/tokens · `ask_/);
    expect(world.openai.store.requests.at(-1)?.outcome.aborted).toBe(true);
  });

  it('have one of them at the gateway: a mention is answered once', async () => {
    await begin({ discord: 'gateway', slack: 'socket' });
    const other = await join('web,worker');
    const bots = [await join('bot', '0'), await join('bot', '0')];
    // Whoever neither connects nor is sent to has no platform to be ready for; who stands by is ready.
    expect(await readiness(other)).toEqual({ status: 200, checks: ['store', 'durability'] });
    await expect
      .poll(() => Promise.all(bots.map(readiness)), { timeout: 15_000 })
      .toEqual(bots.map(() => ({ status: 200, checks: ['store', 'durability', 'discord', 'slack'] })));
    await expect.poll(() => world.discord.gateway.sessions.length, { timeout: 15_000 }).toBe(1);
    const ann = await subscribe('ann');
    const member = world.discord.member(ann.id);
    member.say('Why is the sky blue?', { mention: true });
    const answers = () => member.sees(world.discord.home.channelId).filter((seen) => seen.content.includes('tokens ·'));
    await expect.poll(() => answers().length, { timeout: 15_000 }).toBe(1);
    expect(world.openai.store.requests).toHaveLength(1);
    expect(world.discord.gateway.sessions).toHaveLength(1);
  });
});
