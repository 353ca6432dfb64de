import type { Express, Router } from 'express';
import type { Config, ConfigSecrets } from '../config/config.ts';
import type { ChatApp, Messenger } from '../core/chat/chat.ts';
import { type Clock, MINUTE, SECOND } from '../core/time.ts';
import type { ReadinessCheck } from '../web/health.ts';
import { type BotConnection, type BotLease, createBotLease } from '../workers/bot-lease.ts';
import type { Overrides } from './app-overrides.ts';
import type { Outside } from './outside.ts';

/** What a chat platform is built from. */
export interface PlatformDeps {
  config: Config;
  secret: ConfigSecrets;
  outside: Outside;
  host: Express;
  chat: ChatApp;
  overrides: Overrides;
  /** A platform refuses for good; the message says what to do. */
  onFatal(error: Error): void;
}

/** One chat platform, as this process takes part in it. */
export interface PlatformPart {
  routers: Router[];
  messenger: Messenger;
  /** Of a platform that is connected to; null where requests come to us. */
  lease: BotLease | null;
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The part of a platform that the bot connects to by itself: one process of the fleet at a time. */
export function connected(
  platform: Omit<PlatformPart, 'routers' | 'lease'> & Omit<BotConnection, 'name'>,
  deps: PlatformDeps,
): PlatformPart {
  const connection: BotConnection = {
    name: platform.messenger.platform,
    connect: () => platform.connect(),
    disconnect: () => platform.disconnect(),
    isConnected: () => platform.isConnected(),
    check: remembered(platform.messenger.platform, () => platform.check(), deps.outside.clock).check,
  };
  return { ...platform, routers: [], lease: createBotLease(connection, { ...deps.outside, onFatal: deps.onFatal }) };
}

/** For tests and the sandbox, whose platforms are quicker. */
export function editing({ editIntervalMs }: Overrides): { editIntervalMs?: number } {
  return editIntervalMs === undefined ? {} : { editIntervalMs };
}

/** Readiness is asked every few seconds; the platform is asked once a minute, or again soon after it failed. */
export function remembered(name: string, check: () => Promise<void>, clock: Clock): ReadinessCheck {
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
