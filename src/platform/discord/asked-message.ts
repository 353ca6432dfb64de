import type { GatewayMessageCreateDispatchData } from 'discord.js';
import { MessageType } from 'discord.js';
import type { Turn } from '../../core/chat/chat.ts';
import { snowflakeTime } from './snowflake-time.ts';

/** A message by which a member asks the bot something. */
export interface AskedMessage {
  id: string;
  channel: string;
  user: string;
  /** What the member wrote, without the mention of the bot; empty when Discord does not show it. */
  text: string;
  turn: Turn;
}

/** What members write; the other types are Discord's own announcements. */
const WRITTEN: ReadonlySet<MessageType> = new Set([MessageType.Default, MessageType.Reply]);

/**
 * Reads a DM, or a message that mentions the bot or its role, or replies to it with a ping. Null for everything that asks nothing:
 * other messages of a channel, and what the bot itself and other bots write.
 * Source: Discord, Gateway Events, "Message Create", and Message resource.
 * @param bot the bot's user id
 * @param role the role that Discord made for the bot in this server, which is offered beside it when one types its name
 */
export function readAskedMessage(
  message: GatewayMessageCreateDispatchData,
  bot: string,
  role: string | null,
): AskedMessage | null {
  const { id, author, content, mentions, channel_id: channel, guild_id: guild } = message;
  if (author.bot === true || author.system === true || message.webhook_id !== undefined) return null;
  if (!WRITTEN.has(message.type)) return null;
  const isPrivatePlace = guild === undefined;
  const isMeant = mentions.some((user) => user.id === bot) || (role !== null && message.mention_roles.includes(role));
  if (!isPrivatePlace && !isMeant) return null;
  return {
    id,
    channel,
    user: author.id,
    text: content.replaceAll(new RegExp(`<@!?${bot}>|<@&${role}>`, 'g'), '').trim(),
    turn: {
      by: { platform: 'discord', workspace: '', user: author.id },
      cause: id,
      causedAt: snowflakeTime(id),
      isPrivatePlace,
      space: guild ?? null,
      channels: [channel],
    },
  };
}
