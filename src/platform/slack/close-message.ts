import type { types, webApi } from '@slack/bolt';
import { PlatformError } from '../../core/chat/chat.ts';
import { renderReply } from './blocks.ts';
import { callSlack } from './call-slack.ts';
import type { MessageChannel } from './message-channel.ts';
import { slackCode } from './slack-errors.ts';
import { fallbackText } from './slack-text.ts';

/** The bot may not read this conversation: beyond direct messages it asks for no such scope. */
const UNREADABLE = new Set([
  'missing_scope',
  'not_in_channel',
  'no_permission',
  'method_not_supported_for_channel_type',
]);

/**
 * Ends a message that its writer left: the text that stands there was paid for and stays, its buttons go. Where the
 * bot cannot read what stands there, or not change it, the ending is a message of its own.
 * @param ending its text, and what a message shows that was ended before and stays as it is
 * @throws PlatformError
 */
export async function closeMessage(
  client: webApi.WebClient,
  channel: MessageChannel,
  ts: string,
  { text, mark }: { text: string; mark: string },
): Promise<void> {
  const [ending] = renderReply({ text });
  if (ending === undefined) return;
  const blocks = await readBlocks(client, channel, ts);
  if (blocks === null) {
    await channel.post(ending);
    return;
  }
  if (JSON.stringify(blocks.filter(isKept)).includes(mark)) return;
  try {
    await channel.update(ts, { text: fallbackText(text), blocks: [...blocks.filter(isKept), ...ending.blocks] });
  } catch (error) {
    if (!(error instanceof PlatformError) || error.fault !== 'refused') throw error;
    await channel.post(ending);
  }
}

/** A page of a thread begins with the thread's first message, whatever range is asked for. */
const WITH_PARENT = 2;

async function readBlocks(
  client: webApi.WebClient,
  { channel, threadTs }: MessageChannel,
  ts: string,
): Promise<types.KnownBlock[] | null> {
  const range = { channel, latest: ts, oldest: ts, inclusive: true, limit: 1 };
  try {
    const { messages = [] } = await callSlack('conversations.history', async () =>
      threadTs === null
        ? client.conversations.history(range)
        : client.conversations.replies({ ...range, limit: WITH_PARENT, ts: threadTs }),
    );
    const found = messages.find((message) => message.ts === ts);
    return found === undefined ? null : ((found.blocks ?? []) as types.KnownBlock[]);
  } catch (error) {
    if (error instanceof PlatformError && UNREADABLE.has(slackCode(error) ?? '')) return null;
    throw error;
  }
}

function isKept(block: types.KnownBlock): boolean {
  return block.type !== 'actions';
}
