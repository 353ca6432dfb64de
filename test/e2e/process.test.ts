import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { PlatformName } from '../../src/core/chat/chat.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/sandbox/simulated-world.ts';
import { createKept, type Kept } from '../helpers/bot.ts';
import { type BotProcess, startBotProcess } from '../helpers/bot-process.ts';
import { ask, checkoutOf, type Person, payAt, personOn } from '../helpers/people.ts';

let folder: string;
let world: SimulatedWorld;
let kept: Kept;
const running: BotProcess[] = [];
const apps: App[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallybot-process-'));
  const databasePath = join(folder, 'tallybot.db');
  world = await createSimulatedWorld({ databasePath, rateLimits: 'off' });
  kept = createKept(databasePath);
});

afterEach(async () => {
  for (const bot of running) bot.kill('SIGKILL');
  await Promise.all(running.splice(0).map((bot) => bot.ended));
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

function start(changes: Record<string, string> = {}): BotProcess {
  const bot = startBotProcess({ ...world.env, ...changes });
  running.push(bot);
  return bot;
}

/** The same program in this process, on the same store, with a clock that is ahead. */
async function startHere(aheadMs = 0): Promise<App> {
  const { config, secrets } = loadConfig(world.env);
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const clock = () => Date.now() + aheadMs;
  const app = await createApp(config, secrets, { clock, usageGatherMs: 0, log: quiet });
  apps.push(app);
  return app;
}

async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`expected ${what} within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A member with a plan whose tokens have arrived. */
async function subscriber(platform: PlatformName, name: string): Promise<Person> {
  const person = personOn(platform, { world }, name);
  await payAt(await checkoutOf(person, 'starter'), `${name}@example.com`);
  await until('the tokens to arrive', () => person.dms().some(({ text }) => text.includes('10,000,000')));
  return person;
}

/** An answer of which something is to be read, and which goes on for long. */
async function beginAnswer(person: Person, prompt = 'Tell me [[length:4000]] [[chunk:4]] [[delay:60]] a story') {
  const deed = person.does('ask', prompt);
  await deed.waitFor((said) => said.some(({ text }) => text.length > 40 && !text.includes('Thinking')));
  return deed;
}

function expectPlain(text: string): void {
  expect(text).not.toMatch(/\n\s+at |node:internal|Error:/);
  for (const [name, value] of Object.entries(world.env)) {
    if (/KEY|SECRET|TOKEN/.test(name)) expect(text).not.toContain(value);
  }
}

describe('a start that cannot work', () => {
  it('lists every problem of the configuration, shows no secret and exits 1', async () => {
    const { OPENAI_API_KEY: _left, ...env } = world.env;
    const bot = startBotProcess({ ...env, DODO_ENVIRONMENT: 'live', PORT: 'eighty', APP_SECRET: 'hunter2' });
    running.push(bot);
    expect(await bot.ended).toEqual({ code: 1, signal: null });
    expect(bot.errors().split('\n').slice(1, -1).sort()).toEqual([
      '- APP_SECRET: expected 32 characters or more',
      '- DODO_ENVIRONMENT: expected test_mode or live_mode',
      '- OPENAI_API_KEY: is missing',
      '- PORT: expected a whole number',
    ]);
    expect(bot.output()).not.toMatch(/hunter2|eighty/);
    expectPlain(bot.output());
  });

  it('says that its port is in use, and exits 1', async () => {
    const port = new URL(world.openai.url).port;
    const bot = start({ PORT: port });
    expect(await bot.ended).toEqual({ code: 1, signal: null });
    expect(bot.errors()).toBe(
      `tallybot could not run: cannot listen: port ${port} is in use: set PORT to another one\n`,
    );
    expectPlain(bot.output());
  });

  it('says that its store belongs to another environment and another entitlement, and exits 1', async () => {
    await (await startHere()).close();
    const bot = start({ DODO_ENVIRONMENT: 'live_mode', CREDIT_ENTITLEMENT_ID: 'cde_another' });
    expect(await bot.ended).toEqual({ code: 1, signal: null });
    expect(bot.errors()).toBe(
      'tallybot could not run: this store belongs to dodo_environment test_mode, and the configuration is for live_mode; ' +
        `to credit_entitlement_id ${world.env.CREDIT_ENTITLEMENT_ID}, and the configuration is for cde_another: ` +
        'set DATABASE_PATH to another file\n',
    );
    expectPlain(bot.output());
  });

  it('says that another process has its store, and exits 1', async () => {
    await startHere();
    const bot = start({ PORT: '0' });
    expect(await bot.ended).toEqual({ code: 1, signal: null });
    expect(bot.errors()).toContain('is in use by another process');
    expectPlain(bot.output());
  });
});

describe('a process that is asked to end', () => {
  it('exits 0 when it was idle, and its port is free again', async () => {
    const bot = start();
    await bot.ready();
    bot.kill('SIGTERM');
    expect(await bot.ended).toEqual({ code: 0, signal: null });
    await expect(fetch(`${world.env.BASE_URL}/healthz`)).rejects.toThrow();
  });

  it('finishes a short answer, interrupts a long one, takes no new one, and exits 0 within 10 s', async () => {
    const bot = start();
    await bot.ready();
    const [patient, hasty] = [await subscriber('discord', 'patient'), await subscriber('slack', 'hasty')];
    const long = await beginAnswer(patient);
    const short = await beginAnswer(hasty, '[[length:120]] [[chunk:4]] [[delay:100]] Say it');
    const askedAt = Date.now();
    bot.kill('SIGTERM');
    await until('new work to be refused', () =>
      fetch(`${world.env.BASE_URL}/healthz`).then(
        () => false,
        () => true,
      ),
    );
    expect(await bot.ended).toEqual({ code: 0, signal: null });
    expect(Date.now() - askedAt).toBeLessThan(10_000);

    const [byLong, byShort] = [world.openai.store.requests[0], world.openai.store.requests[1]];
    expect(byShort?.outcome.state).toBe('complete');
    expect(byLong?.outcome.state).toBe('aborted');
    const endOfShort = short.said().at(-1)?.text ?? '';
    expect(endOfShort).toMatch(/\d tokens · `/);
    expect(endOfShort).not.toContain('nterrupted');
    expect(long.said().at(-1)?.text).toMatch(/Interrupted[\s\S]*[\d,]+ tokens · `/);

    const receipts = kept.receipts();
    expect(receipts.map(({ ending }) => ending).sort()).toEqual(['complete', 'interrupted']);
    for (const receipt of receipts) expect(receipt.charged).toBeGreaterThan(0);
    expect(kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
    expect(kept.rows('usage')).toHaveLength(2);
  });

  it('waits for nobody who does not answer, and exits 0 all the same', async () => {
    const bot = start();
    await bot.ready();
    const person = await subscriber('discord', 'unlucky');
    await beginAnswer(person);
    world.discord.faults.outage({ hang: true });
    world.dodo.switches.outage = 'hang';
    const askedAt = Date.now();
    bot.kill('SIGTERM');
    expect(await bot.ended).toEqual({ code: 0, signal: null });
    expect(Date.now() - askedAt).toBeLessThan(10_000);
    expect(kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
    expect(kept.receipts()).toMatchObject([{ ending: 'interrupted' }]);
  });
});

describe('a process that is killed in the middle of an answer', () => {
  it.each(['discord', 'slack'] as const)(
    'is made good by the next one on %s: settled, closed, metered once (pain 3)',
    async (platform) => {
      const bot = start();
      await bot.ready();
      const person = await subscriber(platform, 'survivor');
      const deed = await beginAnswer(person, 'Tell me [[length:4000]] [[chunk:4]] [[delay:20]] a story');
      // With the first heartbeat after it began, what was streamed until then is known to whoever comes next.
      await until('a heartbeat', () => kept.rows('lapse').some(({ body }) => body.visible === true), 10_000);
      bot.kill('SIGKILL');
      expect((await bot.ended).signal).toBe('SIGKILL');
      const [hold] = kept.accounts().flatMap(({ holds }) => holds);
      if (hold === undefined) throw new Error('expected a hold that its process left behind');
      expect(
        person
          .channel()
          .at(-1)
          ?.buttons.map(({ label }) => label),
      ).toEqual(['Stop']);

      const next = await startHere(60_000);
      await next.settle();
      await next.settle();
      await until('the message to be closed', () => deed.said().some(({ text }) => text.includes('nterrupted')));

      const [receipt, ...others] = kept.receipts();
      expect(others).toEqual([]);
      expect(receipt).toMatchObject({ askId: hold.askId, ending: 'interrupted', countedBy: 'us' });
      const { promptTokens, completionTokens } = world.openai.store.requests[0]?.outcome ?? {};
      expect(receipt?.charged).toBeGreaterThan(hold.inputTokens);
      expect(receipt?.charged).toBeLessThanOrEqual(hold.inputTokens + (completionTokens ?? 0));
      expect(receipt?.usage.inputTokens).toBeGreaterThanOrEqual(promptTokens ?? 0);
      expect(kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
      expect(kept.rows('lapse')).toEqual([]);

      const events = [...world.dodo.store.events.values()];
      expect(events.map(({ event }) => event.event_id)).toEqual([hold.askId]);
      for (const said of deed.said()) expect(said.text).not.toContain('Thinking');
    },
  );
});

describe('an ordinary life', () => {
  it('writes no secret and nothing that was asked or answered into its log', async () => {
    const bot = start({ LOG_LEVEL: 'debug' });
    await bot.ready();
    const person = await subscriber('slack', 'private');
    const { text } = await ask(person, 'xylophone repertoire [[repeat:quokka quokka]]');
    expect(text).toContain('quokka');
    bot.kill('SIGTERM');
    expect(await bot.ended).toEqual({ code: 0, signal: null });
    expect(bot.output()).toContain('tallybot is ready');
    expect(bot.output()).not.toMatch(/xylophone|quokka/);
    for (const [name, value] of Object.entries(world.env)) {
      if (/KEY|SECRET|TOKEN/.test(name) && name !== 'DISCORD_PUBLIC_KEY') expect(bot.output()).not.toContain(value);
    }
  });
});
