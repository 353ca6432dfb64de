import { createHash } from 'node:crypto';
import type { APIMessage } from 'discord.js';
import { ComponentType } from 'discord.js';
import { type MessageHandle, type Messenger, PlatformError } from '../../core/chat/chat.ts';
import type { Clock } from '../../core/time.ts';
import type { DiscordApi } from './api.ts';
import { createDmChannels } from './dm-channels.ts';
import { type Place, readHandle } from './handle.ts';
import { finalSheets } from './layout.ts';
import { renderMessage, replySheets } from './render.ts';

/** How many of the last messages are searched for a notice. */
const LOOK_BACK = 50;

/** Direct messages, and the closing of answers whose writer is gone. */
export function createMessenger(api: DiscordApi, clock: Clock): Messenger {
  const dmChannel = createDmChannels(api);

  async function isThere(channel: string, id: string): Promise<boolean> {
    const messages = await api.byBot.list(channel, LOOK_BACK);
    return messages.some((message) => buttonActions(message).some((action) => action.includes(id)));
  }

  return {
    platform: 'discord',
    async direct(to, { id, reply }, lookFirst) {
      const channel = await dmChannel(to.user);
      if (lookFirst && (await isThere(channel, id))) return 'found';
      const sheets = replySheets(reply);
      for (const [index, sheet] of sheets.entries()) {
        const { body } = renderMessage(sheet);
        const nonce = index === sheets.length - 1 ? id : partNonce(id, index);
        await api.byBot.post(channel, { body: { ...body, nonce, enforce_nonce: true } });
      }
      return 'sent';
    },
    async close(handle: MessageHandle, text: string, mark = text) {
      const place = readHandle(handle);
      for (const way of ways(api, place, clock)) {
        try {
          await closeBy(way, text, mark);
          return;
        } catch (error) {
          if (!(error instanceof PlatformError) || error.fault !== 'refused') throw error;
        }
      }
      const channel = await dmChannel(place.user);
      for (const sheet of replySheets({ text })) await api.byBot.post(channel, renderMessage(sheet));
    },
  };
}

interface Way {
  read(): Promise<APIMessage>;
  edit(change: ReturnType<typeof renderMessage>): Promise<unknown>;
}

function ways(api: DiscordApi, place: Place, clock: Clock): Way[] {
  const { token, channel, message } = place;
  const byBot: Way = {
    read: () => api.byBot.read(channel, message),
    edit: (change) => api.byBot.edit(channel, message, change),
  };
  if (token === '' || clock() >= place.tokenUntil) return [byBot];
  const byToken: Way = {
    read: () => api.byToken.read(token, message),
    edit: (change) => api.byToken.edit(token, message, change),
  };
  return [byToken, byBot];
}

/** Keeps what the message shows and puts the text below it, without buttons. */
async function closeBy(way: Way, text: string, mark: string): Promise<void> {
  const { content } = await way.read();
  if (content.endsWith(text) || content.includes(mark)) return;
  const [sheet] = finalSheets(content, { text }, 1);
  if (sheet !== undefined) await way.edit(renderMessage(sheet));
}

/** The actions of the buttons below a message. */
function buttonActions(message: APIMessage): string[] {
  return (message.components ?? []).flatMap((row) =>
    row.type === ComponentType.ActionRow
      ? row.components.flatMap((each) => ('custom_id' in each ? [each.custom_id] : []))
      : [],
  );
}

/** The parts before the last one of a long notice need nonces of their own, at most 25 characters long. */
function partNonce(id: string, index: number): string {
  return createHash('sha256').update(`${id}:${index}`).digest('base64url').slice(0, 25);
}
