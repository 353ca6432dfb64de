import { ChannelType } from 'discord-api-types/v10';
import { DiscordApiError } from '../api-error.ts';
import { deleteMessage, editMessage, messagesIn, postMessage } from '../messages.ts';
import { type MessageDraft, readMessageBody, refuseEmpty } from '../rules/message-body.ts';
import type { SimChannel, StoredMessage, World } from '../world.ts';
import { messageBucket, plainBucket, type RestContext, type RestRoute } from './route.ts';

/** How long `enforce_nonce` remembers. Discord says "the past few minutes"; this is the simulator's reading. */
const NONCE_MEMORY_MS = 5 * 60_000;

/** Channels and their messages, as a bot sees them. */
export const CHANNEL_ROUTES: readonly RestRoute[] = [
  {
    method: 'get',
    path: '/channels/:channelId',
    auth: 'bot',
    bucket: plainBucket('channel-get'),
    answer(context) {
      return { status: 200, body: channelObject(context.world, visibleChannel(context)) };
    },
  },
  {
    method: 'get',
    path: '/channels/:channelId/messages',
    auth: 'bot',
    bucket: messageBucket('messages-list', 'channelId'),
    answer: (context) => ({ status: 200, body: listMessages(context) }),
  },
  {
    method: 'post',
    path: '/channels/:channelId/messages',
    auth: 'bot',
    bucket: messageBucket('messages-create', 'channelId'),
    answer(context) {
      const { world, body, files } = context;
      const channel = visibleChannel(context);
      if (channel.botAccess !== 'full') throw new DiscordApiError(50013);
      refuseClosedDm(world, channel);
      const draft = readMessageBody(body, files);
      refuseEmpty(draft);
      const same = draft.enforceNonce ? sameNonce(world, channel, draft) : undefined;
      return { status: 200, body: (same ?? postMessage(world, draft, { channel })).message };
    },
  },
  {
    method: 'get',
    path: '/channels/:channelId/messages/:messageId',
    auth: 'bot',
    bucket: messageBucket('message-get', 'channelId'),
    answer: (context) => ({ status: 200, body: visibleMessage(context).message }),
  },
  {
    method: 'patch',
    path: '/channels/:channelId/messages/:messageId',
    auth: 'bot',
    bucket: messageBucket('message-edit', 'channelId'),
    answer(context) {
      const stored = visibleMessage(context);
      if (stored.message.author.id !== context.world.application.bot.id) throw new DiscordApiError(50005);
      editMessage(context.world, stored, readMessageBody(context.body, context.files, stored.message.flags));
      return { status: 200, body: stored.message };
    },
  },
  {
    method: 'delete',
    path: '/channels/:channelId/messages/:messageId',
    auth: 'bot',
    bucket: messageBucket('message-delete', 'channelId'),
    answer(context) {
      deleteMessage(context.world, visibleMessage(context));
      return { status: 204 };
    },
  },
  {
    method: 'post',
    path: '/channels/:channelId/typing',
    auth: 'bot',
    bucket: messageBucket('typing', 'channelId'),
    answer(context) {
      visibleChannel(context);
      return { status: 204 };
    },
  },
];

function visibleChannel({ world, params }: RestContext): SimChannel {
  const channel = world.store.channels.get(params.channelId ?? '');
  if (!channel) throw new DiscordApiError(10003);
  const guild = channel.guildId ? world.store.guilds.get(channel.guildId) : undefined;
  if (channel.botAccess === 'none' || guild?.botInstalled === false) throw new DiscordApiError(50001);
  return channel;
}

/** Ephemeral messages are known to their interaction's token only. */
function visibleMessage(context: RestContext): StoredMessage {
  const channel = visibleChannel(context);
  const stored = context.world.store.messages.get(context.params.messageId ?? '');
  if (!stored || stored.deleted || stored.ephemeralTo || stored.message.channel_id !== channel.id) {
    throw new DiscordApiError(10008);
  }
  return stored;
}

function listMessages(context: RestContext): unknown[] {
  const { limit = '50', before, after } = context.query;
  const count = Math.min(Math.max(Number(limit) || 50, 1), 100);
  const all = messagesIn(context.world, visibleChannel(context).id).filter(
    ({ message, ephemeralTo }) =>
      !ephemeralTo &&
      (before === undefined || BigInt(message.id) < BigInt(before)) &&
      (after === undefined || BigInt(message.id) > BigInt(after)),
  );
  const page = after === undefined ? all.slice(-count) : all.slice(0, count);
  return page.toReversed().map(({ message }) => message);
}

function refuseClosedDm(world: World, channel: SimChannel): void {
  const person = channel.recipientId ? world.store.people.get(channel.recipientId) : undefined;
  if (person?.dms === 'closed') throw new DiscordApiError(50007);
  if (person?.dms === 'no-mutual-guild') throw new DiscordApiError(50278);
}

function sameNonce(world: World, channel: SimChannel, draft: MessageDraft): StoredMessage | undefined {
  return messagesIn(world, channel.id).findLast(
    ({ message }) =>
      draft.nonce !== undefined &&
      message.nonce === draft.nonce &&
      message.author.id === world.application.bot.id &&
      world.now() - Date.parse(message.timestamp) < NONCE_MEMORY_MS,
  );
}

/** A channel in the shape of the API. */
export function channelObject(world: World, channel: SimChannel): object {
  const last = messagesIn(world, channel.id).at(-1)?.message.id ?? null;
  if (channel.recipientId === null) {
    const { id, name, guildId } = channel;
    return { id, type: ChannelType.GuildText, name, guild_id: guildId, last_message_id: last, flags: 0 };
  }
  const user = world.store.people.get(channel.recipientId)?.user;
  return { id: channel.id, type: ChannelType.DM, recipients: user ? [user] : [], last_message_id: last, flags: 0 };
}
