import type { webApi } from '@slack/bolt';
import type { SlackContent } from './blocks.ts';
import { callSlack } from './call-slack.ts';

interface NoticeMark {
  event_type: string;
  event_payload: { id: string };
}

/** One conversation that the bot can write to. Every method throws PlatformError. */
export interface MessageChannel {
  readonly channel: string;
  readonly threadTs: string | null;
  /** @returns the message's timestamp, its id in the channel */
  post(content: SlackContent, mark?: NoticeMark): Promise<string>;
  /** Shows a message to one member of the conversation alone; it cannot be changed later. */
  postEphemeral(user: string, content: SlackContent): Promise<void>;
  update(ts: string, content: SlackContent): Promise<void>;
  delete(ts: string): Promise<void>;
}

/** Names and links are left as they are written, and no link is opened by Slack to preview it. */
const PLAIN = { parse: 'none', link_names: false } as const;
const NO_PREVIEW = { unfurl_links: false, unfurl_media: false } as const;

export function createMessageChannel(
  client: webApi.WebClient,
  channel: string,
  threadTs: string | null = null,
): MessageChannel {
  const thread = threadTs === null ? {} : { thread_ts: threadTs };
  return {
    channel,
    threadTs,
    async post(content, mark) {
      const metadata = mark === undefined ? {} : { metadata: mark };
      const posted = await callSlack('chat.postMessage', () =>
        client.chat.postMessage({ channel, ...content, ...thread, ...metadata, ...PLAIN, ...NO_PREVIEW }),
      );
      return posted.ts ?? '';
    },
    async postEphemeral(user, content) {
      await callSlack('chat.postEphemeral', () =>
        client.chat.postEphemeral({ channel, user, ...content, ...thread, ...PLAIN }),
      );
    },
    async update(ts, content) {
      await callSlack('chat.update', () => client.chat.update({ channel, ts, ...content, ...PLAIN }));
    },
    async delete(ts) {
      await callSlack('chat.delete', () => client.chat.delete({ channel, ts }));
    },
  };
}

/** Opens the conversation of one person with the bot; throws PlatformError. */
export async function openDirect(client: webApi.WebClient, user: string): Promise<MessageChannel> {
  const opened = await callSlack('conversations.open', () => client.conversations.open({ users: user }));
  return createMessageChannel(client, opened.channel?.id ?? '');
}
