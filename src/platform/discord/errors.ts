import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';
import { PlatformError } from '../../core/chat/chat.ts';
import { NEVER_SENT } from '../never-sent.ts';

/**
 * What Discord answered, without the address and the body of the request: those carry tokens and answers.
 * `code` is Discord's own number, `status` that of HTTP.
 */
class DiscordFault extends Error {
  override name = 'DiscordFault';
  readonly code: number;
  readonly status: number;
  constructor(code: number, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/**
 * Codes that do not mean 'refused', as every other answer of the 400s does.
 * Source: Discord, Opcodes and Status Codes, "JSON Error Codes".
 */
const FAULTS: ReadonlyMap<number, 'rate_limited' | 'unavailable'> = new Map([
  [20016, 'rate_limited'], // slowmode
  [20022, 'rate_limited'], // too many announcement edits
  [20028, 'rate_limited'], // writing too fast in this channel
  [20029, 'rate_limited'], // writing too fast on this server
  [30046, 'rate_limited'], // too many edits of a message over an hour old
  [40003, 'rate_limited'], // opening direct messages too fast
  [40004, 'unavailable'], // sending is switched off for now
  [40006, 'unavailable'], // feature switched off for now
  [130000, 'unavailable'], // overloaded
]);

export const UNKNOWN_CHANNEL = 10003;
export const UNKNOWN_MESSAGE = 10008;
export const UNKNOWN_WEBHOOK = 10015;
export const UNKNOWN_INTERACTION = 10062;
export const MISSING_ACCESS = 50001;
export const MISSING_PERMISSION = 50013;
export const ALREADY_ACKNOWLEDGED = 40060;
export const INVALID_TOKEN = 50027;
export const ARCHIVED_THREAD = 50083;
export const LOCKED_THREAD = 160005;

/** Makes a PlatformError of whatever discord.js's REST client throws. */
export function toPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  if (error instanceof RateLimitError) {
    // An answer of 429 says how long; a limit that the client foresees says when it resets.
    const wait = error.retryAfter > 0 ? error.retryAfter : error.timeToReset;
    return new PlatformError('rate_limited', 'Discord asks to go slower', wait > 0 ? { retryAfterMs: wait } : {});
  }
  if (error instanceof DiscordAPIError) {
    const code = Number(error.code);
    const cause = new DiscordFault(code, error.status, error.message);
    return new PlatformError(FAULTS.get(code) ?? 'refused', `Discord refused: ${error.message} (${error.code})`, {
      cause,
    });
  }
  if (error instanceof HTTPError) {
    const cause = new DiscordFault(0, error.status, error.message);
    return new PlatformError(
      error.status === 503 ? 'unavailable' : 'unanswered',
      `Discord failed with ${error.status}`,
      {
        cause,
      },
    );
  }
  const reason = connectionReason(error);
  return new PlatformError(
    NEVER_SENT.has(reason) ? 'unavailable' : 'unanswered',
    `Discord was not reached: ${reason}`,
    {
      cause: error,
    },
  );
}

/** The number Discord gave as its reason, or null when it gave none. */
export function discordCode(error: unknown): number | null {
  return error instanceof PlatformError && error.cause instanceof DiscordFault ? error.cause.code : null;
}

function connectionReason(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const inner = error.cause instanceof Error ? error.cause : error;
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.name;
}
