import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createSimulatedWorld, type SimulatedWorld, type Transports } from '../../src/sandbox/simulated-world.ts';
import { createKept } from '../helpers/bot.ts';
import { type BotProcess, startBotProcess } from '../helpers/bot-process.ts';
import { checkoutOf, payAt, personOn, reads } from '../helpers/people.ts';

interface Case {
  name: string;
  transports: Transports;
  env?: Record<string, string>;
  refuse?(world: SimulatedWorld): void;
  /** What an operator is to do. */
  cure: RegExp;
}

const GATEWAY: Transports = { discord: 'gateway', slack: 'http' };
const SOCKET: Transports = { discord: 'http', slack: 'socket' };

const opened: { world: SimulatedWorld; folder: string; bots: BotProcess[] }[] = [];

afterEach(async () => {
  for (const { world, folder, bots } of opened.splice(0)) {
    for (const bot of bots) bot.kill('SIGKILL');
    await Promise.all(bots.map((bot) => bot.ended));
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
});

async function open(transports: Transports) {
  const folder = await mkdtemp(join(tmpdir(), 'tallybot-fatal-'));
  const databasePath = join(folder, 'tallybot.db');
  const world = await createSimulatedWorld({ databasePath, rateLimits: 'off', transports });
  const bots: BotProcess[] = [];
  opened.push({ world, folder, bots });
  return {
    world,
    kept: createKept(databasePath),
    start(env: Record<string, string> = {}) {
      const bot = startBotProcess({ ...world.env, ...env });
      bots.push(bot);
      return bot;
    },
  };
}

/** Exit code 1, and one line of the log that says what to do. */
async function expectCured(bot: BotProcess, cure: RegExp, env: Record<string, string>): Promise<void> {
  expect(await bot.ended).toEqual({ code: 1, signal: null });
  const whys = bot
    .output()
    .split('\n')
    .filter((line) => line.includes('ending, since this cannot work without a change'))
    .map((line) => JSON.parse(line));
  expect(whys).toMatchObject([{ level: 50, why: expect.stringMatching(cure) }]);
  expect(bot.output()).not.toMatch(/\n\s+at |ending by force/);
  for (const [name, value] of Object.entries(env)) {
    if (/KEY|SECRET|TOKEN/.test(name)) expect(bot.output()).not.toContain(value);
  }
}

describe('a process that a platform refuses for good', () => {
  const cases: Case[] = [
    {
      name: "a token that Discord's gateway does not accept",
      transports: GATEWAY,
      env: { DISCORD_TOKEN: 'not.the-right.token' },
      cure: /^Discord does not accept the bot's token.*DISCORD_TOKEN.*4004/,
    },
    {
      name: 'intents that Discord does not allow',
      transports: GATEWAY,
      refuse: ({ discord }) => void discord.gateway.settings.refuseIdentify.push(4_014),
      cure: /^Discord does not allow the intents.*"Privileged Gateway Intents".*4014/,
    },
    {
      name: 'an app-level token that Slack does not know',
      transports: SOCKET,
      env: { SLACK_APP_TOKEN: 'xapp-not-the-right-one' },
      cure: /^Slack refuses.*App-Level Tokens.*connections:write.*SLACK_APP_TOKEN/,
    },
    {
      name: 'Socket Mode that is switched off',
      transports: SOCKET,
      refuse: ({ slack }) => {
        slack.sockets.enabled = false;
      },
      cure: /^Socket Mode is switched off.*"Socket Mode".*SLACK_APP_TOKEN/,
    },
  ];

  it.each(cases)('ends with 1 and says what to do: $name', async ({ transports, env = {}, refuse, cure }) => {
    const { world, start } = await open(transports);
    refuse?.(world);
    await expectCured(start(env), cure, { ...world.env, ...env });
  });

  it.each([
    {
      platform: 'discord' as const,
      transports: GATEWAY,
      refuse: ({ discord }: SimulatedWorld) => discord.gateway.disconnect({ code: 4_004 }),
      cure: /^Discord does not accept the bot's token/,
    },
    {
      platform: 'slack' as const,
      transports: SOCKET,
      refuse: ({ slack }: SimulatedWorld) => slack.sockets.disconnect('link_disabled'),
      cure: /^Socket Mode is switched off/,
    },
  ])(
    'finishes and charges what it was answering when it is refused later, on $platform',
    async ({ platform, transports, refuse, cure }) => {
      const { world, kept, start } = await open(transports);
      const bot = start();
      await bot.ready();
      await expect.poll(() => isReady(world)).toBe(true);
      const person = personOn(platform, { world }, 'ann');
      await payAt(await checkoutOf(person, 'starter'), 'ann@example.com');
      await expect.poll(() => person.dms().length, { timeout: 15_000 }).toBe(1);
      const deed = person.mentions('A story [[length:280]] [[delay:40]] [[chunk:4]]');
      await reads(deed, ({ text, buttons }) => text.length > 40 && buttons[0]?.label === 'Stop');
      refuse(world);
      await expectCured(bot, cure, world.env);
      const { text = '', promptTokens = 0, completionTokens = 0 } = world.openai.store.requests[0]?.outcome ?? {};
      expect(deed.said().map((said) => said.text)).toEqual([expect.stringContaining(text.slice(-40))]);
      expect(kept.receipts()).toMatchObject([{ ending: 'complete', charged: promptTokens + completionTokens }]);
      expect(kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
    },
  );
});

describe('a process that is connected, and yet cannot answer', () => {
  it('is not ready, and its log says why', async () => {
    const { world, start } = await open(SOCKET);
    const bot = start({ SLACK_BOT_TOKEN: 'xoxb-not-the-right-one' });
    await bot.ready();
    await expect.poll(() => bot.output()).toMatch(/"why":"[^"]*invalid_auth[^"]*".*not everything can work/);
    expect(world.slack.sockets.connections).toHaveLength(1);
    expect(await isReady(world)).toBe(false);
    expect(bot.output()).not.toContain('xoxb-not');
  });
});

async function isReady({ env }: SimulatedWorld): Promise<boolean> {
  const response = await fetch(`${env.BASE_URL}/readyz`);
  await response.arrayBuffer();
  return response.ok;
}
