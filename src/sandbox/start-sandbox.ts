import { join } from 'node:path';
import type { Overrides } from '../app/app-overrides.ts';
import { commandsFor } from '../app/services.ts';
import { type App, createApp } from '../app.ts';
import { loadConfig } from '../config/config.ts';
import type { Log } from '../core/log.ts';
import { createDiscordPerson } from './people/discord-person.ts';
import type { Person } from './people/person.ts';
import { createSlackPerson } from './people/slack-person.ts';
import { createSimulatedWorld, type SimulatedWorld, type SimulatedWorldOptions } from './simulated-world.ts';

/** A bot among simulated services. */
export interface Sandbox {
  world: SimulatedWorld;
  app: App;
  /** A new person on a platform, with an empty wallet. */
  newPerson(platform: Person['platform'], name: string): Person;
  /** Puts the clocks of the bot and of every simulator forward, by milliseconds. */
  advance(ms: number): void;
  /** Milliseconds since 1970 on those clocks. */
  now(): number;
  /** Lets everything that is due be done: the bot's workers, Dodo's webhooks, and what follows from them. */
  settle(): Promise<void>;
  /** A minute passes: usage is handed in, Dodo's meter runs, its webhooks arrive and are applied. */
  meterTick(): Promise<void>;
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** Where the database goes. */
  folder: string;
  log: Log;
  botPort?: number;
  /** Further environment variables of the bot. */
  env?: Record<string, string>;
  overrides?: Overrides;
  world?: Pick<SimulatedWorldOptions, 'dodo' | 'rateLimits' | 'chunkDelayMs' | 'transports'>;
}

/** How often Slack looks whether an event is to be delivered again. */
const SLACK_RETRIES_EVERY_MS = 1_000;
const MINUTE_MS = 60_000;

/** A bot that connects to its platforms by itself is deaf until it has done so. */
const READY_WITHIN_MS = 20_000;

/** @throws Error when the bot is not ready in time, with what it waits for */
async function untilReady(url: string): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const response = await fetch(`${url}/readyz`);
    if (response.ok) return;
    const told = await response.text();
    if (Date.now() > until) throw new Error(`expected the bot to be ready within 20 s, got ${told}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Starts the simulators and then the bot. @throws Error when the bot cannot start; nothing is left running then */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  await using opened = new AsyncDisposableStack();
  let offset = 0;
  const now = () => Date.now() + offset;
  const world = await createSimulatedWorld({
    databasePath: join(options.folder, 'tallybot.db'),
    now,
    ...(options.botPort === undefined ? {} : { botPort: options.botPort }),
    ...options.world,
  });
  opened.defer(() => world.close());
  const { config, secrets } = loadConfig({ ...world.env, ...options.env });
  const app = await createApp(config, secrets, { clock: now, log: options.log, ...options.overrides });
  opened.defer(() => app.close());
  await untilReady(app.url);
  const retries = setInterval(() => void world.slack.retryDue(), SLACK_RETRIES_EVERY_MS);
  opened.defer(() => clearInterval(retries));

  function advance(ms: number): void {
    world.dodo.clock.advance(ms);
    offset += ms;
  }

  async function settle(): Promise<void> {
    // Webhooks make work, and work makes webhooks.
    for (let round = 0; round < 2; round += 1) {
      await world.dodo.webhooks.flush();
      await app.settle();
    }
  }

  const running = opened.move();
  return {
    world,
    app,
    newPerson: (platform, name) =>
      platform === 'discord'
        ? createDiscordPerson(world.discord, commandsFor(config.catalogue), name)
        : createSlackPerson(world.slack, name),
    advance,
    now,
    settle,
    async meterTick() {
      advance(MINUTE_MS);
      await settle();
      await world.dodo.tick();
      await settle();
    },
    close: () => running.disposeAsync(),
  };
}
