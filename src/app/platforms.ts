import type { Router } from 'express';
import type { Messengers } from '../core/chat/messengers.ts';
import { watchMessenger } from '../core/chat/watch-platform.ts';
import type { Metrics } from '../core/metrics.ts';
import type { ReadinessCheck } from '../web/health.ts';
import { type PlatformDeps, type PlatformPart, remembered } from './platform-part.ts';

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

export interface PlatformsDeps extends PlatformDeps {
  metrics: Metrics;
}

/** Loads the library of a platform only where it is configured: each takes longer than all the rest of a start. */
export async function createPlatforms(deps: PlatformsDeps): Promise<Platforms> {
  const { config } = deps;
  const discord = config.discord && (await import('./discord-part.ts')).createDiscordPart(deps);
  const slack = config.slack && (await import('./slack-part.ts')).createSlackPart(deps);
  const parts = [discord, slack].filter((part) => part !== null);
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
  { messenger: { platform }, lease, check }: PlatformPart,
  { config, outside }: PlatformsDeps,
): ReadinessCheck[] {
  if (!config.roles.has(lease === null ? 'web' : 'bot')) return [];
  return [lease === null ? remembered(platform, check, outside.clock) : { name: platform, check: () => lease.check() }];
}
