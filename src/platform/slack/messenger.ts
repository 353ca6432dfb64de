import type { webApi } from '@slack/bolt';
import type { Messenger, Reply } from '../../core/chat/chat.ts';
import { PlatformError } from '../../core/chat/chat.ts';
import type { Log } from '../../core/log.ts';
import type { Clock } from '../../core/time.ts';
import { renderReply } from './blocks.ts';
import { callSlack } from './call-slack.ts';
import type { SlackClients } from './clients.ts';
import { closeMessage } from './close-message.ts';
import type { NameCommands } from './command-names.ts';
import { createMessageChannel, openDirect } from './message-channel.ts';
import { fromHandle } from './message-place.ts';
import { createResponseUrl } from './response-url.ts';
import { slackCode } from './slack-errors.ts';

/** The event type of the metadata that marks a notice. */
const NOTICE_EVENT = 'tallybot_notice';
/** How many of the last messages are searched for a notice; apps sold outside Slack's marketplace get 15. */
const SEARCHED = 50;

export function createMessenger(options: {
  clients: SlackClients;
  nameCommands: NameCommands;
  clock: Clock;
  log: Log;
}): Messenger {
  const { clients, clock, log } = options;

  async function sendNotice(client: webApi.WebClient, user: string, id: string, reply: Reply): Promise<void> {
    const direct = await openDirect(client, user);
    const contents = renderReply(options.nameCommands(reply));
    for (const [index, content] of contents.entries()) {
      // The mark stands on the last part: a notice that is found was delivered whole.
      const isLast = index === contents.length - 1;
      await direct.post(content, isLast ? { event_type: NOTICE_EVENT, event_payload: { id } } : undefined);
    }
  }

  return {
    platform: 'slack',
    async direct(to, { id, reply }, lookFirst) {
      const client = await clients.forWorkspace(to.workspace);
      if (lookFirst && (await isDelivered(client, to.user, id))) return 'found';
      await sendNotice(client, to.user, id, reply);
      return 'sent';
    },
    async close(handle, text, mark = text) {
      const place = fromHandle(handle);
      if (place.kind === 'message') {
        const client = await clients.forSource(place.source);
        return closeMessage(client, createMessageChannel(client, place.channel, place.threadTs), place.ts, {
          text,
          mark,
        });
      }
      const [content] = renderReply({ text });
      if (content === undefined) return;
      const { url, visibility, expiresAt } = place;
      const responseUrl = createResponseUrl({ url, expiresAt, replacesOwn: false, clock });
      try {
        await responseUrl.post(content, { visibility, replace: false });
      } catch (error) {
        if (!(error instanceof PlatformError) || error.fault !== 'refused') throw error;
        log.debug({ code: slackCode(error) }, 'a cut answer is closed by direct message');
        const direct = await openDirect(await clients.forSource(place.source), place.user);
        await direct.post(content);
      }
    },
  };
}

async function isDelivered(client: webApi.WebClient, user: string, id: string): Promise<boolean> {
  const { channel } = await openDirect(client, user);
  const { messages = [] } = await callSlack('conversations.history', () =>
    client.conversations.history({ channel, include_all_metadata: true, limit: SEARCHED }),
  );
  return messages.some(({ metadata }) => {
    const payload: unknown = metadata?.event_payload;
    const isOurs = metadata?.event_type === NOTICE_EVENT && typeof payload === 'object' && payload !== null;
    return isOurs && 'id' in payload && payload.id === id;
  });
}
