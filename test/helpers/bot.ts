import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../src/app.ts';
import type { Overrides } from '../../src/app-overrides.ts';
import { loadConfig } from '../../src/config.ts';
import type { Log } from '../../src/core/log.ts';
import {
  createSimulatedWorld,
  type SimulatedWorld,
  type SimulatedWorldOptions,
} from '../../src/sandbox/simulated-world.ts';

/** One line of the bot's log. */
export interface Logged {
  level: 'debug' | 'info' | 'warn' | 'error';
  facts: object;
  text: string;
}

/** A whole bot among simulators, for a test to use as members do. */
export interface Bot {
  world: SimulatedWorld;
  app: App;
  /** What the bot logged. */
  logged: Logged[];
  /** Moves the clocks of the bot and of every simulator. */
  advance(ms: number): void;
  now(): number;
  /** Lets everything that is due be done: the bot's workers, Dodo's webhooks, and what follows from them. */
  settle(): Promise<void>;
  /** Dodo's meter runs, its webhooks arrive and are applied. */
  meterTick(): Promise<void>;
  /** Ends the bot and starts another one on the same store. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface BotOptions {
  world?: Partial<SimulatedWorldOptions>;
  env?: Record<string, string>;
  overrides?: Overrides;
}

/** Starts it all on free ports with a store of its own. Close it in the same test. */
export async function startBot(options: BotOptions = {}): Promise<Bot> {
  const folder = await mkdtemp(join(tmpdir(), 'tallybot-'));
  let offset = 0;
  const now = () => Date.now() + offset;
  const world = await createSimulatedWorld({
    databasePath: join(folder, 'tallybot.db'),
    rateLimits: 'off',
    now,
    ...options.world,
  });
  const logged: Logged[] = [];
  const { config, secrets } = loadConfig({ ...world.env, ...options.env });
  const start = () =>
    createApp(config, secrets, {
      clock: now,
      log: collectingLog(logged),
      usageGatherMs: 20,
      editIntervalMs: 20,
      ...options.overrides,
    });
  const bot = { app: await start() };

  async function settle(): Promise<void> {
    await world.dodo.webhooks.flush();
    await bot.app.settle();
    await world.dodo.webhooks.flush();
    await bot.app.settle();
  }

  return {
    world,
    get app() {
      return bot.app;
    },
    logged,
    now,
    advance(ms) {
      offset += ms;
      world.dodo.clock.advance(ms);
    },
    settle,
    async meterTick() {
      // Usage gathers for a moment before it is sent.
      offset += 50;
      await settle();
      await world.dodo.tick();
      await settle();
    },
    async restart() {
      await bot.app.close();
      bot.app = await start();
    },
    async close() {
      await bot.app.close();
      await world.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function collectingLog(lines: Logged[]): Log {
  const at = (level: Logged['level']) => (facts: object, text: string) => {
    lines.push({ level, facts, text });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
