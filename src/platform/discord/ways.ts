import type { Clock, Millis } from '../../core/time.ts';
import type { DiscordApi } from './api.ts';
import type { Origin } from './inbound.ts';
import type { Way } from './line.ts';
import { createChannelOutlet, isTokenFresh, type TokenOutlet } from './outlet.ts';

/**
 * A DM with the member.
 * @param about `dm` gives the channel's id; for `mark` see ChannelOutletOptions
 */
export function directWay(api: DiscordApi, about: { dm(): Promise<string>; mark?: string }): Way {
  const mark = about.mark === undefined ? {} : { mark: about.mark };
  return {
    isOpen: () => true,
    open: async () => createChannelOutlet({ api, channel: await about.dm(), kind: 'dm', ...mark }),
  };
}

export interface InteractionWaysOptions {
  api: DiscordApi;
  origin: Origin;
  /** When the interaction came in. */
  receivedAt: Millis;
  token: TokenOutlet;
  /** Others may read the messages, so they may go into the channel. */
  isPublic(): boolean;
  clock: Clock;
}

/**
 * The interaction's token while it lives; then the channel, where the bot is a member and the answer is public; then a
 * DM.
 */
export function interactionWays(options: InteractionWaysOptions): [Way, Way, Way] {
  const { api, origin } = options;
  return [
    { isOpen: () => isTokenFresh(options.receivedAt, options.clock), open: () => options.token },
    {
      isOpen: () => options.isPublic() && !origin.isUserInstallOnly && origin.channel !== '',
      open: () => createChannelOutlet({ api, channel: origin.channel, kind: 'channel' }),
    },
    directWay(api, { dm: () => api.byBot.openDm(origin.user) }),
  ];
}
