import { type APIMessage, type APIUser, ChannelType, GatewayIntentBits } from 'discord-api-types/v10';
import { memberObject } from '../people/users.ts';
import type { SimChannel, StoredMessage, World } from '../world.ts';
import type { Session } from './session.ts';
import type { GatewaySettings } from './state.ts';

/** Whether a message is anything to a session: its place, its shard and its intents. */
export function concerns(world: World, stored: StoredMessage, session: Session): boolean {
  const channel = world.store.channels.get(stored.message.channel_id);
  if (channel === undefined || stored.ephemeralTo !== null || !botSees(world, channel)) return false;
  const intent = channel.guildId === null ? GatewayIntentBits.DirectMessages : GatewayIntentBits.GuildMessages;
  return (session.intents & intent) !== 0 && session.shard === shardOf(channel.guildId, session.shardCount);
}

/** Source: Discord, Gateway, "Sharding". What has no guild goes to the first shard. */
export function shardOf(guildId: string | null, shardCount: number): number {
  return guildId === null ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(shardCount));
}

/** A message as an event carries it to a session. */
export function messageEvent(world: World, stored: StoredMessage, session: Session, settings: GatewaySettings): object {
  const { message } = stored;
  const channel = world.store.channels.get(message.channel_id);
  const reference = world.store.messages.get(message.message_reference?.message_id ?? '');
  return {
    ...readable(world, stored, session, settings),
    channel_type: channel?.guildId == null ? ChannelType.DM : ChannelType.GuildText,
    ...(channel?.guildId == null ? {} : inGuild(world, message, channel.guildId)),
    ...(message.message_reference === undefined
      ? {}
      : { referenced_message: reference && !reference.deleted ? readable(world, reference, session, settings) : null }),
  };
}

/** What a message of a guild tells of its members. Source: Discord, Gateway Events, "Message Create". */
function inGuild(world: World, { author, mentions }: APIMessage, guildId: string): object {
  const isMember = world.store.people.has(author.id) || author.id === world.application.bot.id;
  return {
    guild_id: guildId,
    mentions: mentions.map((user) => ({ ...user, member: memberOf(user) })),
    ...(isMember ? { member: memberOf(author) } : {}),
  };
}

function memberOf(user: APIUser): object {
  const { user: _, permissions: __, ...member } = memberObject(user, '0');
  return member;
}

/**
 * A message without what the session may not read.
 * Source: Discord, Gateway, "Message Content Intent".
 */
function readable(
  world: World,
  stored: StoredMessage,
  session: Session,
  { roleMentionsAreRead }: GatewaySettings,
): APIMessage {
  const { message } = stored;
  if (mayRead(world, stored, session) || (roleMentionsAreRead && mentionsRole(world, stored))) return message;
  return { ...message, content: '', embeds: [], attachments: [], components: [] };
}

function mayRead(world: World, stored: StoredMessage, session: Session): boolean {
  const { message } = stored;
  const { bot } = world.application;
  if ((session.intents & GatewayIntentBits.MessageContent) !== 0 || message.author.id === bot.id) return true;
  if (world.store.channels.get(message.channel_id)?.guildId === null) return true;
  if (new RegExp(`<@!?${bot.id}>`).test(message.content)) return true;
  const repliedTo = world.store.messages.get(message.message_reference?.message_id ?? '');
  return repliedTo?.interactionId === null && message.mentions.some(({ id }) => id === bot.id);
}

function mentionsRole(world: World, { message }: StoredMessage): boolean {
  const { guildId } = world.store.channels.get(message.channel_id) ?? { guildId: null };
  return message.mention_roles.includes(world.store.guilds.get(guildId ?? '')?.botRole ?? '');
}

function botSees(world: World, channel: SimChannel): boolean {
  const guild = channel.guildId === null ? null : world.store.guilds.get(channel.guildId);
  return channel.botAccess !== 'none' && (guild === null || guild?.botInstalled === true);
}
