import type { PlatformName } from '../../../src/core/chat/chat.ts';
import type { Transports } from '../../../src/sandbox/simulated-world.ts';

/** One way by which the bot hears of a platform. */
export interface Transport {
  name: string;
  platform: PlatformName;
  /** Of the whole bot; the other platform is heard of by requests. */
  transports: Transports;
  /** Messages to the bot are heard besides commands and buttons. */
  hearsMessages: boolean;
  /** The bot keeps a connection of its own, which can be lost. */
  connects: boolean;
}

export const discordHttp: Transport = {
  name: 'Discord over HTTP',
  platform: 'discord',
  transports: { discord: 'http', slack: 'http' },
  hearsMessages: false,
  connects: false,
};

export const discordGateway: Transport = {
  name: "Discord's gateway",
  platform: 'discord',
  transports: { discord: 'gateway', slack: 'http' },
  hearsMessages: true,
  connects: true,
};

export const slackHttp: Transport = {
  name: 'Slack over HTTP',
  platform: 'slack',
  transports: { discord: 'http', slack: 'http' },
  hearsMessages: true,
  connects: false,
};

export const slackSocket: Transport = {
  name: "Slack's Socket Mode",
  platform: 'slack',
  transports: { discord: 'http', slack: 'socket' },
  hearsMessages: true,
  connects: true,
};
