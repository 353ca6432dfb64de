import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import type { Overrides } from '../../src/app/app-overrides.ts';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Account } from '../../src/core/account/account.ts';
import type { Receipt } from '../../src/core/account/receipt.ts';
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
  /** What the bot has written into its store's file. */
  kept: Kept;
  /**
   * A counter or a gauge of `/metrics`, without `tallybot_`; 0 when it is not there. Without labels, the sum of all its
   * series; with them, as they are written there: `rows_waiting{topic="inbox"}`.
   */
  metric(name: string): Promise<number>;
  /** Ends the bot and starts another one on the same store, with these variables changed. */
  restart(changes?: Record<string, string>): Promise<void>;
  close(): Promise<void>;
}

/** Read beside the bot, as an operator could with SQLite's own tools. */
export interface Kept {
  accounts(): Account[];
  /** Oldest first. */
  receipts(): Receipt[];
  /** Bodies of the records of a kind: `audit`, `alert`, `ledger`. */
  records(kind: string): Record<string, unknown>[];
  deadLetters(): { id: string; topic: string; error: string }[];
  /** What accounts have seen, and will not do again. */
  seenKeys(): string[];
  /** Entries of a Keyv, as they stand there. */
  keyv(namespace: string): { key: string; value: string }[];
  /** Rows of inbox and outbox that wait. */
  rows(topic: string): { id: string; dueAt: number; attempts: number; body: Record<string, unknown> }[];
}

export interface BotOptions {
  world?: Partial<SimulatedWorldOptions>;
  /** Beside those of the world, or made of it. */
  env?: Record<string, string> | ((world: SimulatedWorld) => Promise<Record<string, string>>);
  overrides?: Overrides;
}

const READY_WITHIN_MS = 15_000;

/** Discord lets a bot identify once in this time; a test need not wait for it. */
const IDENTIFY_PAUSE_MS = 5_000;

/** Starts it all on free ports with a store of its own. Close it in the same test. */
export async function startBot(options: BotOptions = {}): Promise<Bot> {
  const folder = await mkdtemp(join(tmpdir(), 'tallybot-'));
  let offset = 0;
  let restarts = 0;
  const now = () => Date.now() + offset;
  const world = await createSimulatedWorld({
    databasePath: join(folder, 'tallybot.db'),
    rateLimits: 'off',
    now,
    elapsed: () => performance.now() + restarts * IDENTIFY_PAUSE_MS,
    ...options.world,
  });
  const logged: Logged[] = [];
  const env = typeof options.env === 'function' ? await options.env(world) : options.env;
  let loaded = loadConfig({ ...world.env, ...env });
  const { config } = loaded;
  const start = () =>
    createApp(loaded.config, loaded.secrets, {
      clock: now,
      log: collectingLog(logged),
      usageGatherMs: 20,
      editIntervalMs: 20,
      ...options.overrides,
    });
  const isConnecting = config.discord?.transport === 'gateway' || config.slack?.transport === 'socket';

  /** A bot that connects by itself is deaf until it has done so. */
  async function begin(): Promise<App> {
    const app = await start();
    if (isConnecting) await untilReady(app.url);
    return app;
  }
  const bot = { app: await begin() };

  async function settle(): Promise<void> {
    // What the bot does can make Dodo send webhooks, which make the bot do something.
    for (let round = 0; round < 3; round += 1) {
      await world.dodo.webhooks.flush();
      await bot.app.settle();
    }
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
    kept: createKept(config.databasePath),
    async metric(name) {
      const text = await (await fetch(`${bot.app.url}/metrics`)).text();
      return sumOfSeries(text, `tallybot_${name}`);
    },
    async restart(changes = {}) {
      await bot.app.close();
      loaded = loadConfig({ ...world.env, ...env, ...changes });
      restarts += 1;
      // Connections that Node keeps open to the ended bot are noticed to be gone.
      await pause(20);
      bot.app = await begin();
    },
    async close() {
      await bot.app.close();
      await world.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @throws Error with what the bot waits for */
async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const response = await fetch(`${url}/readyz`);
    const told = await response.text();
    if (response.ok) return;
    if (performance.now() > deadline) throw new Error(`expected a ready bot, got ${told}`);
    await pause(15);
  }
}

export function createKept(path: string): Kept {
  function all<Found>(sql: string, ...values: string[]): Found[] {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      return database.prepare(sql).all(...values) as Found[];
    } finally {
      database.close();
    }
  }
  const bodies = (kind: string) =>
    all<{ body: string }>('SELECT body FROM records WHERE kind = ? ORDER BY seq', kind).map(({ body }) =>
      JSON.parse(body),
    );
  return {
    accounts: () =>
      all<{ document: string }>('SELECT document FROM accounts ORDER BY id').map(({ document }) =>
        JSON.parse(document),
      ),
    receipts: () => bodies('ask'),
    records: bodies,
    seenKeys: () => all<{ key: string }>('SELECT key FROM seen_keys ORDER BY key').map(({ key }) => key),
    keyv: (namespace) => all('SELECT key, value FROM keyv_entries WHERE key LIKE ?', `${namespace}:%`),
    deadLetters: () => all('SELECT id, topic, last_error AS error FROM dead_letters ORDER BY seq'),
    rows: (topic) =>
      all<{ id: string; dueAt: number; attempts: number; body: string }>(
        'SELECT id, due_at AS dueAt, attempts, body FROM work_rows WHERE topic = ? ORDER BY seq',
        topic,
      ).map((row) => ({ ...row, body: JSON.parse(row.body) })),
  };
}

/** @returns the sum of the series of a metric in Prometheus' text, or the one series that is named with its labels */
export function sumOfSeries(text: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

function collectingLog(lines: Logged[]): Log {
  const at = (level: Logged['level']) => (facts: object, text: string) => {
    lines.push({ level, facts, text });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
