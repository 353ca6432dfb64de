import type { Express, Router } from 'express';
import type { Overrides } from './app-overrides.ts';
import type { Config, ConfigSecrets } from './config.ts';
import type { ChatApp, Messenger } from './core/chat.ts';
import type { Messengers } from './core/messengers.ts';
import type { Metrics } from './core/metrics.ts';
import { type Clock, MINUTE, SECOND } from './core/time.ts';
import { watchMessenger } from './core/watch-platform.ts';
import type { Outside } from './outside.ts';
import { createDiscordGateway } from './platform/discord/discord-gateway.ts';
import { createDiscordHttp } from './platform/discord/discord-http.ts';
import { createInstallationStore } from './platform/slack/installation-store.ts';
import { createSlackHttp } from './platform/slack/slack-http.ts';
import type { SlackAuth } from './platform/slack/slack-platform.ts';
import { createSlackSocket } from './platform/slack/slack-socket.ts';
import { createEncryptedKeyv } from './ports/store/encrypted-keyv.ts';
import type { ReadinessCheck } from './web/health.ts';
import { type BotConnection, type BotLease, createBotLease } from './workers/bot-lease.ts';

/** The chat platforms that are configured. */
export interface Platforms {
  routers: readonly Router[];
  messengers: Messengers;
  checks: readonly ReadinessCheck[];
  /** Joins the gateways and sockets, or stands by while another process has them. */
  start(): void;
  /** Resolves when no turn is under way any more. */
  close(): Promise<void>;
}

export interface PlatformsDeps {
  config: Config;
  secret: ConfigSecrets;
  outside: Outside;
  host: Express;
  chat: ChatApp;
  metrics: Metrics;
  overrides: Overrides;
  /** A platform refuses for good; the message says what to do. */
  onFatal(error: Error): void;
}

export function createPlatforms(deps: PlatformsDeps): Platforms {
  const parts = [discord(deps), slack(deps)].filter((part) => part !== null);
  return {
    routers: parts.flatMap((part) => part.routers),
    messengers: new Map(parts.map(({ messenger }) => [messenger.platform, watchMessenger(messenger, deps.metrics)])),
    checks: parts.flatMap((part) => checksOf(part, deps)),
    start() {
      for (const part of parts) part.lease?.start();
    },
    async close() {
      await Promise.all(
        parts.map(async (part) => {
          await part.lease?.release();
          await part.close();
        }),
      );
    },
  };
}

/** A process is asked about the platforms that its roles have to do with: those it connects to, or that send to it. */
function checksOf(
  { messenger: { platform }, lease, check }: Part,
  { config, outside }: PlatformsDeps,
): ReadinessCheck[] {
  if (!config.roles.has(lease === null ? 'web' : 'bot')) return [];
  return [lease === null ? remembered(platform, check, outside.clock) : { name: platform, check: () => lease.check() }];
}

interface Part {
  routers: Router[];
  messenger: Messenger;
  /** Of a platform that is connected to; null where requests come to us. */
  lease: BotLease | null;
  check(): Promise<void>;
  close(): Promise<void>;
}

function discord(deps: PlatformsDeps): Part | null {
  const { config, secret, chat } = deps;
  const { clock, log } = deps.outside;
  if (config.discord === null || secret.discordToken === null) return null;
  const options = { ...config.discord, token: secret.discordToken, chat, clock, log, ...editing(deps.overrides) };
  if (options.transport === 'gateway') {
    return connected(createDiscordGateway({ ...options, onFatal: deps.onFatal }), deps);
  }
  const platform = createDiscordHttp(options);
  return { ...platform, routers: [platform.router], lease: null };
}

function slack(deps: PlatformsDeps): Part | null {
  const { config, secret, host, chat } = deps;
  const { clock, log } = deps.outside;
  if (config.slack === null || secret.slackAuth === null) return null;
  const options = {
    host,
    auth: slackAuth(secret.slackAuth, deps),
    apiUrl: config.slack.apiUrl,
    baseUrl: config.baseUrl,
    commandPrefix: config.slack.commandPrefix,
    chat,
    clock,
    log,
    ...editing(deps.overrides),
  };
  if (secret.slackAppToken !== null) {
    return connected(createSlackSocket({ ...options, appToken: secret.slackAppToken, onFatal: deps.onFatal }), deps);
  }
  if (secret.slackSigningSecret === null) return null;
  const platform = createSlackHttp({ ...options, signingSecret: secret.slackSigningSecret });
  return { ...platform, routers: [], lease: null };
}

function connected(platform: Omit<Part, 'routers' | 'lease'> & Omit<BotConnection, 'name'>, deps: PlatformsDeps): Part {
  const connection: BotConnection = {
    name: platform.messenger.platform,
    connect: () => platform.connect(),
    disconnect: () => platform.disconnect(),
    isConnected: () => platform.isConnected(),
    check: remembered(platform.messenger.platform, () => platform.check(), deps.outside.clock).check,
  };
  return { ...platform, routers: [], lease: createBotLease(connection, { ...deps.outside, onFatal: deps.onFatal }) };
}

function slackAuth(auth: NonNullable<ConfigSecrets['slackAuth']>, deps: PlatformsDeps): SlackAuth {
  if ('botToken' in auth) return auth;
  const keyv = createEncryptedKeyv({
    store: deps.outside.opened.keyvAdapter(),
    namespace: 'slack-installations',
    secrets: deps.outside.secrets,
  });
  return { ...auth, installations: createInstallationStore(keyv, deps.outside.clock) };
}

function editing({ editIntervalMs }: Overrides): { editIntervalMs?: number } {
  return editIntervalMs === undefined ? {} : { editIntervalMs };
}

/** Readiness is asked every few seconds; the platform is asked once a minute, or again soon after it failed. */
function remembered(name: string, check: () => Promise<void>, clock: Clock): ReadinessCheck {
  let last: { at: number; error: unknown } | null = null;
  return {
    name,
    async check() {
      const lasts = last?.error === undefined ? MINUTE : 5 * SECOND;
      if (last === null || clock() - last.at >= lasts) {
        const error = await check().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        last = { at: clock(), error };
      }
      if (last.error !== undefined) throw last.error;
    },
  };
}
