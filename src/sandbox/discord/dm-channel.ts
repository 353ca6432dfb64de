import type { SimChannel, World } from './world.ts';

/** The DM channel of the bot and a person; made on first use, the same one afterwards. */
export function dmChannelOf(world: World, userId: string): SimChannel {
  const found = [...world.store.channels.values()].find(({ recipientId }) => recipientId === userId);
  if (found) return found;
  const name = world.store.people.get(userId)?.user.username ?? userId;
  const channel: SimChannel = { id: world.newId(), name, guildId: null, recipientId: userId, botAccess: 'full' };
  world.store.channels.set(channel.id, channel);
  return channel;
}
