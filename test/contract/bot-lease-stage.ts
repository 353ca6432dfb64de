import { setTimeout as pause } from 'node:timers/promises';
import express from 'express';
import { onTestFinished } from 'vitest';
import type { ChatApp, Responder } from '../../src/core/chat/chat.ts';
import type { Log } from '../../src/core/log.ts';
import type { Store } from '../../src/core/store.ts';
import { createDiscordGateway } from '../../src/platform/discord/discord-gateway.ts';
import { createSlackSocket } from '../../src/platform/slack/slack-socket.ts';
import { createSqliteStore } from '../../src/ports/store/sqlite/sqlite-store.ts';
import { createDiscordSimulator, type DiscordSimulator } from '../../src/sandbox/discord/simulator.ts';
import { createSlackSimulator, type SlackSimulator } from '../../src/sandbox/slack/simulator.ts';
import { type BotConnection, type BotLease, createBotLease } from '../../src/workers/bot-lease.ts';
import { temporaryDatabase } from './store-sqlite-files.ts';

/** A bot process, as far as its connection to one platform goes. */
export interface Rival {
  lease: BotLease;
  connection: BotConnection;
  /** What it called fatal. */
  fatal: Error[];
  /** Its store does not answer. */
  isCutOff: boolean;
  /** How it answers an ask; it names itself at once unless set. */
  answer(responder: Responder): Promise<void>;
  /** Everything it logged, one text each. */
  told: string[];
}

/** Processes of one bot on one store, with a clock that stands still unless it is moved. */
export interface Fleet {
  now: number;
  /** @param token another one than the right one */
  onDiscord(name: string, token?: string): Rival;
  onSlack(name: string, token?: string): Rival;
  discord: DiscordSimulator;
  slack: SlackSimulator;
  /** Moves Discord's rate limits on: a bot may identify once in five seconds. */
  allowIdentify(): void;
}

type Platform = BotConnection & { close(): Promise<void> };
type Facts = { token: string | undefined; chat: ChatApp; log: Log; onFatal(error: Error): void };

/** All of it ends with the test. */
export async function startFleet(): Promise<Fleet> {
  const database = await temporaryDatabase();
  const store = await createSqliteStore({ path: database.path, now: () => fleet.now });
  let passed = 0;
  const elapsed = () => performance.now() + passed;
  const discord = await createDiscordSimulator({ rateLimits: 'off', elapsed });
  const slack = await createSlackSimulator({ rateLimits: 'off', transport: 'socket' });
  const platforms: Platform[] = [];
  onTestFinished(async () => {
    await Promise.all(platforms.map((platform) => platform.close()));
    await discord.close();
    await slack.close();
    await store.close();
    await database.remove();
  });

  function rival(name: string, token: string | undefined, make: (facts: Facts) => Platform): Rival {
    const told: string[] = [];
    const note = (_: object, text: string) => void told.push(text);
    const log: Log = { debug: note, info: note, warn: note, error: note };
    const fatal: Error[] = [];
    const onFatal = (error: Error) => void fatal.push(error);
    const command: ChatApp['command'] = (_, __, ___, responder) => made.answer(responder);
    const option = { name: 'prompt', description: 'What', type: 'string', required: true } as const;
    const chat: ChatApp = {
      commands: [{ name: 'ask', description: 'Ask', options: [option] }],
      command,
      action: async () => {},
      submit: async () => {},
    };
    const connection = make({ token, chat, log, onFatal });
    platforms.push(connection);
    const ownStore: Store = {
      ...store,
      lease: async (...asked) => {
        if (made.isCutOff) throw new Error('the store does not answer');
        return store.lease(...asked);
      },
    };
    const made: Rival = {
      lease: createBotLease(connection, { store: ownStore, clock: () => fleet.now, log, owner: name, onFatal }),
      connection,
      fatal,
      isCutOff: false,
      told,
      async answer(responder) {
        await responder.acknowledge('public');
        const view = await responder.openAnswer({ text: 'Thinking…' });
        await view.finish(`answered by ${name}`, { text: 'receipt' });
      },
    };
    return made;
  }

  const fleet: Fleet = {
    now: 1_000_000,
    discord,
    slack,
    allowIdentify() {
      passed += 5_000;
    },
    onDiscord: (name, token) =>
      rival(name, token, ({ token: given = discord.token, ...rest }) => {
        const access = { applicationId: discord.applicationId, token: given, apiUrl: `${discord.url}/api` };
        const gateway = createDiscordGateway({ ...access, ...rest, clock: Date.now, editIntervalMs: 20 });
        return { name: 'discord', ...gateway };
      }),
    onSlack: (name, token) =>
      rival(name, token, ({ token: appToken = slack.settings.appToken, ...rest }) => {
        const access = { auth: { botToken: slack.settings.botToken }, appToken, apiUrl: `${slack.url}/api/` };
        const there = { host: express(), baseUrl: 'http://127.0.0.1' };
        const socket = createSlackSocket({ ...access, ...there, ...rest, clock: Date.now, editIntervalMs: 20 });
        return { name: 'slack', ...socket };
      }),
  };
  return fleet;
}

/** Time for what should not happen. */
export const aWhile = () => pause(150);
