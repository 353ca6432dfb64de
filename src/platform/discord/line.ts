import type { Log } from '../../core/log.ts';
import type { Clock, Millis } from '../../core/time.ts';
import type { DiscordApi } from './api.ts';
import {
  ARCHIVED_THREAD,
  discordCode,
  INVALID_TOKEN,
  LOCKED_THREAD,
  MISSING_ACCESS,
  MISSING_PERMISSION,
  UNKNOWN_CHANNEL,
  UNKNOWN_INTERACTION,
  UNKNOWN_MESSAGE,
  UNKNOWN_WEBHOOK,
} from './errors.ts';
import type { Origin } from './inbound.ts';
import { createChannelOutlet, isTokenFresh, type Outlet, type TokenOutlet } from './outlet.ts';

/** Discord's reasons why nothing more goes this way, though it may go another. */
const WAY_IS_CLOSED = new Set([
  UNKNOWN_CHANNEL,
  UNKNOWN_MESSAGE,
  UNKNOWN_WEBHOOK,
  UNKNOWN_INTERACTION,
  INVALID_TOKEN,
  MISSING_ACCESS,
  MISSING_PERMISSION,
  ARCHIVED_THREAD,
  LOCKED_THREAD,
]);

/** The ways to a member, the next one taken when one has closed. */
export interface Line {
  /** Runs this over the present way, and from its start over the next way when the present one is closed. */
  through<Result>(run: (outlet: Outlet) => Promise<Result>): Promise<Result>;
}

export interface LineOptions {
  api: DiscordApi;
  origin: Origin;
  /** When the interaction came in. */
  receivedAt: Millis;
  token: TokenOutlet;
  /** Others may read the messages, so they may go into the channel. */
  isPublic(): boolean;
  clock: Clock;
  log: Log;
}

/**
 * The interaction's token while it lives; then the channel, where the bot is a member and the answer is public; then a
 * DM. What the last way refuses is thrown.
 */
export function createLine(options: LineOptions): Line {
  const { api, origin, token, clock, log } = options;
  let outlet: Outlet = token;

  async function next(closed: Outlet): Promise<Outlet> {
    const mayUseChannel =
      closed.kind === 'token' && options.isPublic() && !origin.isUserInstallOnly && origin.channel !== '';
    if (mayUseChannel) return createChannelOutlet(api, origin.channel, 'channel');
    return createChannelOutlet(api, await api.byBot.openDm(origin.user), 'dm');
  }

  return {
    async through(run) {
      for (;;) {
        const isLate = outlet.kind === 'token' && !isTokenFresh(options.receivedAt, clock);
        if (!isLate) {
          try {
            return await run(outlet);
          } catch (error) {
            const code = discordCode(error);
            if (outlet.kind === 'dm' || code === null || !WAY_IS_CLOSED.has(code)) throw error;
            log.info({ interaction: origin.id, way: outlet.kind, code }, 'this way to the member is closed');
          }
        }
        outlet = await next(outlet);
      }
    },
  };
}
