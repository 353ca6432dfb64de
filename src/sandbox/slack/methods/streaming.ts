import type { AnyBlock, AnyChunk } from '@slack/types';
import { SlackApiError } from '../api-error.ts';
import { optionalText, requiredText, structured } from '../arguments.ts';
import { MAX_MARKDOWN, readBlocks } from '../content.ts';
import type { SlackMessage } from '../model.ts';
import { type Call, type Method, messageJson, visibleChannel } from './method.ts';
import { setSession } from './sessions.ts';
import { ownMessage, readMetadata, readThread, writableChannel } from './target.ts';

/** Source: https://docs.slack.dev/reference/methods/chat.startStream */
const start: Method = {
  tier: 2,
  scopes: ['chat:write'],
  handle(call) {
    const { world, install } = call;
    const channel = writableChannel(call, requiredText(call.args, 'channel', 'channel_not_found'));
    const threadTs = readThread(call, channel);
    if (channel.kind === 'im' && !threadTs) throw new SlackApiError('invalid_thread_ts');
    if (channel.kind !== 'im') {
      requiredText(call.args, 'recipient_user_id', 'missing_recipient_user_id');
      requiredText(call.args, 'recipient_team_id', 'missing_recipient_team_id');
    }
    const message = world.store.post({
      ...appended(call, { text: '', blocks: [] }),
      teamId: install.teamId,
      channel: channel.id,
      user: install.botUserId,
      source: 'stream',
      fromBot: true,
      stream: { state: 'open', startedAt: world.now() },
      ...(threadTs && { threadTs }),
    });
    setSession(world, channel.id, threadTs ?? message.ts, { status: 'processing' });
    return { channel: channel.id, ts: message.ts };
  },
};

/** Source: https://docs.slack.dev/reference/methods/chat.appendStream */
const append: Method = {
  tier: 4,
  scopes: ['chat:write'],
  handle(call) {
    const message = openStream(call);
    const markdown = optionalText(call.args, 'markdown_text');
    if (markdown === undefined && readChunks(call).length === 0) throw new SlackApiError('no_text');
    call.world.store.change(message, 'appended', appended(call, message));
    return { channel: message.channel, ts: message.ts };
  },
};

/** Source: https://docs.slack.dev/reference/methods/chat.stopStream */
const stop: Method = {
  tier: 2,
  scopes: ['chat:write'],
  handle(call) {
    const message = openStream(call);
    const metadata = readMetadata(call);
    const content = appended(call, message);
    const blocks = [...content.blocks, ...readBlocks(call.args)];
    if (blocks.length > 50) throw new SlackApiError('invalid_blocks');
    message.stream = { state: 'stopped', startedAt: message.stream?.startedAt ?? message.postedAt };
    call.world.store.change(message, 'stopped', { text: content.text, blocks, ...(metadata && { metadata }) });
    const status = optionalText(call.args, 'session_status') ?? 'active';
    setSession(call.world, message.channel, message.threadTs ?? message.ts, { status });
    return { channel: message.channel, ts: message.ts, message: messageJson(message, call.world, true) };
  },
};

function openStream(call: Call): SlackMessage {
  const { world, args } = call;
  const channel = visibleChannel(call, requiredText(args, 'channel', 'channel_not_found'));
  const message = ownMessage(call, channel, requiredText(args, 'ts', 'message_not_found'), 'message_not_owned_by_app');
  const stale = message.stream && world.now() - message.stream.startedAt > world.settings.streamLifetimeMs;
  if (stale && message.stream) message.stream.state = 'stopped';
  if (message.stream?.state !== 'open') throw new SlackApiError('message_not_in_streaming_state');
  return message;
}

function appended(call: Call, before: { text: string; blocks: AnyBlock[] }): { text: string; blocks: AnyBlock[] } {
  const pieces: AnyChunk[] = readChunks(call);
  const markdown = optionalText(call.args, 'markdown_text');
  if (markdown) pieces.unshift({ type: 'markdown_text', text: markdown });
  let { text } = before;
  let others = before.blocks.filter((block) => block.type !== 'markdown');
  for (const piece of pieces) {
    if (piece.type === 'markdown_text') {
      if (piece.text.length > MAX_MARKDOWN) throw new SlackApiError('msg_too_long');
      text += piece.text;
    } else if (piece.type === 'blocks') {
      others = [...others, ...piece.blocks];
    } else if (piece.type === 'task_update') {
      const { id, title, status } = piece;
      others = others.filter((block) => !(block.type === 'task_card' && 'task_id' in block && block.task_id === id));
      others.push({ type: 'task_card', task_id: id, title, status });
    } else {
      others = [...others.filter((block) => block.type !== 'plan'), { type: 'plan', title: piece.title }];
    }
  }
  return { text, blocks: text ? [{ type: 'markdown', text }, ...others] : others };
}

function readChunks(call: Call): AnyChunk[] {
  const chunks = structured(call.args, 'chunks', 'invalid_chunks') ?? [];
  const known = ['markdown_text', 'blocks', 'task_update', 'plan_update'];
  if (!Array.isArray(chunks) || !chunks.every((chunk) => known.includes(chunk?.type))) {
    throw new SlackApiError('invalid_chunks');
  }
  return chunks as AnyChunk[];
}

export const streamingMethods: Record<string, Method> = {
  'chat.startStream': start,
  'chat.appendStream': append,
  'chat.stopStream': stop,
};
