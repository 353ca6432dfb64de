import { SlackApiError } from '../api-error.ts';
import { optionalText, structured } from '../arguments.ts';
import type { SlackChannel, SlackMessage } from '../model.ts';
import { type Call, teamUser, visibleChannel } from './method.ts';

/**
 * Where a message may go: a channel with the bot in it (or any public one with `chat:write.public`), a direct
 * conversation, or a person's id, which stands for the conversation with them.
 * Source: https://docs.slack.dev/reference/methods/chat.postMessage
 * @throws SlackApiError channel_not_found, not_in_channel, is_archived, messages_tab_disabled
 */
export function writableChannel(call: Call, id: string): SlackChannel {
  const channel = /^[UW]/.test(id) ? directChannelOf(call, id) : visibleChannel(call, named(call, id));
  if (channel.archived) throw new SlackApiError('is_archived');
  const anywhere = call.install.scopes.includes('chat:write.public');
  if (!channel.botMember && !anywhere) throw new SlackApiError('not_in_channel');
  if (channel.kind === 'im') refuseClosed(call, channel);
  return channel;
}

function directChannelOf(call: Call, userId: string): SlackChannel {
  const user = teamUser(call, userId, 'channel_not_found');
  if (user.isBot || user.deactivated) throw new SlackApiError('channel_not_found');
  return call.world.store.directChannel(user.id, call.install.teamId);
}

function refuseClosed({ world }: Call, channel: SlackChannel): void {
  for (const member of channel.members) {
    const user = world.store.user(member);
    if (user.deactivated) throw new SlackApiError('channel_not_found');
    if (user.dms === 'closed') throw new SlackApiError('messages_tab_disabled');
  }
}

function named({ world, install }: Call, id: string): string {
  const name = id.replace(/^#/, '');
  const found = [...world.store.channels.values()].find(
    (channel) => channel.name === name && channel.kind !== 'im' && channel.teamId === install.teamId,
  );
  return found?.id ?? id;
}

/**
 * A message that this bot may change.
 * @throws SlackApiError message_not_found, or the code given when it is somebody else's
 */
export function ownMessage(call: Call, channel: SlackChannel, ts: string, notOwn: string): SlackMessage {
  const message = call.world.store.message(channel.id, ts);
  if (!message || message.ephemeralFor) throw new SlackApiError('message_not_found');
  if (message.user !== call.install.botUserId) throw new SlackApiError(notOwn);
  return message;
}

/** @throws SlackApiError thread_not_found when there is no such message in the channel */
export function readThread(call: Call, channel: SlackChannel): string | undefined {
  const ts = optionalText(call.args, 'thread_ts');
  if (ts === undefined) return undefined;
  const parent = call.world.store.message(channel.id, ts);
  if (!parent) throw new SlackApiError('thread_not_found');
  if (parent.ephemeralFor) throw new SlackApiError('cannot_reply_to_message');
  return parent.threadTs ?? parent.ts;
}

/**
 * Message metadata: an event type and a payload, or `{}` to take it away.
 * Source: https://docs.slack.dev/messaging/message-metadata
 * @throws SlackApiError invalid_metadata_format, invalid_metadata_schema, metadata_too_large
 */
export function readMetadata(call: Call): SlackMessage['metadata'] | undefined {
  const metadata = structured(call.args, 'metadata', 'invalid_metadata_format');
  if (metadata === undefined) return undefined;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new SlackApiError('invalid_metadata_format');
  }
  const fields = metadata as NonNullable<SlackMessage['metadata']>;
  if (Object.keys(fields).length === 0) return fields;
  const described = typeof fields.event_type === 'string' && typeof fields.event_payload === 'object';
  if (!described && !Array.isArray(fields.entities)) throw new SlackApiError('invalid_metadata_schema');
  if (JSON.stringify(fields).length > 16_384) throw new SlackApiError('metadata_too_large');
  return fields;
}
