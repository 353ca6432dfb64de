import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { MINUTE } from '../../src/core/time.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/sandbox/simulated-world.ts';
import { createKept, type Kept } from '../helpers/bot.ts';
import { type BotProcess, startBotProcess } from '../helpers/bot-process.ts';
import { type Developer, developerWith, keyOf } from '../helpers/developer.ts';
import { checkoutOf, payAt, personOn } from '../helpers/people.ts';
import { canStartRedis, type RedisServer, startRedisServer } from '../helpers/redis-server.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const LONG = { prompt: 'Tell me [[length:4000]] [[chunk:4]] [[delay:30]] a story' };
const once = { 'idempotency-key': 'once' };

let folder: string;
let world: SimulatedWorld;
let kept: Kept;
let redis: RedisServer | null = null;
const processes: BotProcess[] = [];
const apps: App[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallybot-api-'));
  const databasePath = join(folder, 'tallybot.db');
  world = await createSimulatedWorld({ databasePath, rateLimits: 'off' });
  kept = createKept(databasePath);
});

afterEach(async () => {
  for (const bot of processes) bot.kill('SIGKILL');
  await Promise.all(processes.splice(0).map((bot) => bot.ended));
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await redis?.close();
  redis = null;
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<BotProcess> {
  const bot = startBotProcess(world.env);
  processes.push(bot);
  await bot.ready();
  return bot;
}

async function startHere(env: Record<string, string>, aheadMs = 0): Promise<App> {
  const { config, secrets } = loadConfig({ ...world.env, ...env });
  const app = await createApp(config, secrets, { clock: () => Date.now() + aheadMs, usageGatherMs: 0, log: quiet });
  apps.push(app);
  return app;
}

/** Somebody with a plan, at the bot where the platforms' requests go. */
async function developer(): Promise<Developer> {
  const ann = personOn('discord', { world }, 'ann');
  await payAt(await checkoutOf(ann, 'starter'), 'ann@example.com');
  await expect.poll(() => ann.dms().length, { timeout: 15_000 }).toBe(1);
  return developerWith(await keyOf(ann), { app: { url: `http://127.0.0.1:${world.env.PORT}` } });
}

const written = () => world.openai.store.requests.at(-1)?.outcome.completionTokens ?? 0;

describe('an ask of the API', () => {
  it('is settled by the next process when its own was killed, once, and its name tells what became of it', async () => {
    const bot = await start();
    const dev = await developer();
    const asked = dev.post('/api/generate', LONG, once).catch(() => 'cut off');
    await expect.poll(written, { timeout: 15_000 }).toBeGreaterThan(20);
    bot.kill('SIGKILL');
    await bot.ended;
    expect(await asked).toBe('cut off');
    expect(kept.receipts()).toEqual([]);

    const next = await startHere({}, MINUTE);
    await next.settle();
    expect(kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
    expect(kept.rows('lapse')).toEqual([]);
    const [receipt, ...others] = kept.receipts();
    expect(others).toEqual([]);
    expect(receipt).toMatchObject({ ending: 'interrupted', by: { platform: 'api' } });

    const told = await dev.post('/api/generate', LONG, once);
    expect([told.status, told.body.error.code]).toEqual([502, 'interrupted']);
    expect([kept.receipts().length, world.openai.store.requests.length]).toEqual([1, 1]);
    expect((await dev.post('/api/generate', { prompt: 'Hello' }, { 'idempotency-key': 'b' })).status).toBe(200);
  });

  it('ends as interrupted, and is told so, when its process is asked to end', async () => {
    const bot = await start();
    const dev = await developer();
    const stream = await dev.openai.chat.completions.create({
      model: 'any',
      messages: [{ role: 'user', content: LONG.prompt }],
      stream: true,
    });
    let text = '';
    const read = async () => {
      for await (const chunk of stream) {
        if (text === '') bot.kill('SIGTERM');
        text += chunk.choices[0]?.delta.content ?? '';
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'interrupted' });
    expect(await bot.ended).toEqual({ code: 0, signal: null });
    const [receipt, ...others] = kept.receipts();
    expect(others).toEqual([]);
    expect(receipt?.ending).toBe('interrupted');
    expect(receipt?.charged).toBeGreaterThan(0);
    expect(text).not.toBe('');
  }, 30_000);
});

describe.skipIf(!canStartRedis('the API of several processes'))('the API of several processes', () => {
  it('knows a key, and an Idempotency-Key, wherever they were first seen', async () => {
    redis = await startRedisServer();
    await startHere({ REDIS_URL: redis.url });
    const other = await startHere({ REDIS_URL: redis.url, ROLES: 'web', PORT: '0' });
    const one = await developer();
    const two = developerWith(one.key, { app: other });
    const body = { prompt: 'Hello [[length:80]] [[delay:20]]' };
    const both = await Promise.all([one, two].map((dev) => dev.post('/api/generate', body, once)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const answers = await Promise.all([one, two].map((dev) => dev.post('/api/generate', body, once)));
    const first = both.find(({ status }) => status === 200);
    for (const { status, body: again } of answers) expect([status, again]).toEqual([200, first?.body]);
    expect((await two.post('/api/generate', { prompt: 'Other' }, once)).status).toBe(422);
    expect(world.openai.store.requests).toHaveLength(1);
  });
});
