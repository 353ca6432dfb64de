import { SlackApiError } from '../api-error.ts';
import { optionalText, requiredText } from '../arguments.ts';
import { hasContent, readContent } from '../content.ts';
import { type Method, messageJson, visibleChannel } from './method.ts';
import { ownMessage, readMetadata, readThread, writableChannel } from './target.ts';

/** Source: https://docs.slack.dev/reference/methods/chat.postMessage */
const postMessage: Method = {
  tier: 'channel',
  scopes: ['chat:write'],
  handle(call) {
    const { world, install } = call;
    const channel = writableChannel(call, requiredText(call.args, 'channel', 'channel_not_found'));
    const content = readContent(call.args);
    const threadTs = readThread(call, channel);
    const metadata = readMetadata(call);
    const message = world.store.post({
      ...content,
      teamId: install.teamId,
      channel: channel.id,
      user: install.botUserId,
      source: 'chat.postMessage',
      fromBot: true,
      ...(threadTs && { threadTs }),
      ...(metadata && { metadata }),
    });
    return { channel: channel.id, ts: message.ts, message: messageJson(message, world, true) };
  },
};

/** Source: https://docs.slack.dev/reference/methods/chat.postEphemeral */
const postEphemeral: Method = {
  tier: 4,
  scopes: ['chat:write'],
  handle(call) {
    const { world, install } = call;
    const channel = writableChannel(call, requiredText(call.args, 'channel', 'channel_not_found'));
    const userId = requiredText(call.args, 'user');
    if (!channel.members.has(userId)) throw new SlackApiError('user_not_in_channel');
    const threadTs = readThread(call, channel);
    const message = world.store.post({
      ...readContent(call.args),
      teamId: install.teamId,
      channel: channel.id,
      user: install.botUserId,
      source: 'chat.postEphemeral',
      fromBot: true,
      ephemeralFor: userId,
      ...(threadTs && { threadTs }),
    });
    return { message_ts: message.ts };
  },
};

/** Longer texts are refused here, while chat.postMessage cuts them only at 40,000. */
const MAX_UPDATED_TEXT = 4000;

/**
 * Metadata that is not given stays, `{}` takes it away. New content replaces text and blocks alike: text alone leaves no
 * blocks.
 * Source: https://docs.slack.dev/reference/methods/chat.update
 */
const update: Method = {
  tier: 3,
  scopes: ['chat:write'],
  handle(call) {
    const channel = visibleChannel(call, requiredText(call.args, 'channel', 'channel_not_found'));
    const message = ownMessage(
      call,
      channel,
      requiredText(call.args, 'ts', 'message_not_found'),
      'cant_update_message',
    );
    if (message.stream?.state === 'open') throw new SlackApiError('streaming_state_conflict');
    const metadata = readMetadata(call);
    if ((optionalText(call.args, 'text') ?? '').length > MAX_UPDATED_TEXT) throw new SlackApiError('msg_too_long');
    const content = metadata && !hasContent(call.args) ? {} : readContent(call.args);
    call.world.store.change(message, 'updated', { ...content, ...(metadata && { metadata }) });
    return {
      channel: channel.id,
      ts: message.ts,
      text: message.text,
      message: messageJson(message, call.world, true),
    };
  },
};

/** Source: https://docs.slack.dev/reference/methods/chat.delete */
const remove: Method = {
  tier: 3,
  scopes: ['chat:write'],
  handle(call) {
    const channel = visibleChannel(call, requiredText(call.args, 'channel', 'channel_not_found'));
    const message = ownMessage(
      call,
      channel,
      requiredText(call.args, 'ts', 'message_not_found'),
      'cant_delete_message',
    );
    call.world.store.change(message, 'deleted');
    return { channel: channel.id, ts: message.ts };
  },
};

export const chatMethods: Record<string, Method> = {
  'chat.postMessage': postMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.update': update,
  'chat.delete': remove,
};
