import type { DiscordApi } from './api.ts';

const MOST_REMEMBERED = 10_000;

/** Finds the id of the DM channel with a user. Discord limits how fast they are opened, so they are remembered. */
export function createDmChannels(api: DiscordApi): (user: string) => Promise<string> {
  const channels = new Map<string, string>();
  return async (user) => {
    const known = channels.get(user);
    if (known !== undefined) return known;
    const channel = await api.byBot.openDm(user);
    channels.set(user, channel);
    const oldest = channels.keys().next().value;
    if (channels.size > MOST_REMEMBERED && oldest !== undefined) channels.delete(oldest);
    return channel;
  };
}
