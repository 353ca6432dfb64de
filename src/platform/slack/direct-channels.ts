import type { webApi } from '@slack/bolt';
import { SECOND } from '../../core/time.ts';
import type { SetTimer } from '../edit-pacer.ts';
import { openDirect } from './message-channel.ts';

/** Longer than this nobody waits to learn whether a conversation is private. */
const LONGEST_WAIT = 1 * SECOND;
const MAX_KNOWN = 10_000;

/**
 * Tells whether a conversation is a member's own one with the bot. Its id looks the same as that of a conversation of
 * two people, in which commands can be used too and the other one reads along.
 */
export interface DirectChannels {
  /** False when Slack does not say so in time. */
  isOwn(getClient: () => Promise<webApi.WebClient>, workspace: string, user: string, channel: string): Promise<boolean>;
}

export function createDirectChannels(setTimer: SetTimer): DirectChannels {
  const known = new Map<string, string>();

  async function ask(getClient: () => Promise<webApi.WebClient>, key: string, user: string): Promise<string | null> {
    try {
      const { channel } = await openDirect(await getClient(), user);
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(key, channel);
      return channel;
    } catch {
      return null;
    }
  }

  return {
    async isOwn(getClient, workspace, user, channel) {
      if (!channel.startsWith('D')) return false;
      const key = `${workspace}:${user}`;
      const own = known.get(key);
      if (own !== undefined) return own === channel;
      let cancel = () => {};
      const late = new Promise<null>((resolve) => {
        cancel = setTimer(LONGEST_WAIT, () => resolve(null));
      });
      const found = await Promise.race([ask(getClient, key, user), late]);
      cancel();
      return found === channel;
    },
  };
}
