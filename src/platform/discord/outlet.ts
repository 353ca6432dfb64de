import type { APIMessage } from 'discord.js';
import type { Visibility } from '../../core/chat/chat.ts';
import type { Clock, Millis } from '../../core/time.ts';
import { pause } from '../persist.ts';
import type { DiscordApi, OutgoingMessage } from './api.ts';
import { discordCode, UNKNOWN_WEBHOOK } from './errors.ts';
import type { Origin } from './inbound.ts';
import { renderMessage, type Sheet } from './render.ts';

/** A message that stands somewhere. */
export interface Posted {
  id: string;
  channel: string;
}

/** One way for messages to go, from one turn. Every call throws PlatformError. */
export interface Outlet {
  kind: 'token' | 'channel' | 'dm';
  /** How many messages more it takes. */
  room(): number;
  post(sheet: Sheet): Promise<Posted>;
  edit(message: Posted, sheet: Sheet): Promise<void>;
  remove(message: Posted): Promise<void>;
}

/** Follow-ups of an interaction where only the member installed the app. Source: Discord, Receiving and Responding, "Followup Messages". */
const FOLLOW_UPS_WHEN_USER_INSTALLED = 5;
/** Discord makes the message of an answered interaction a moment after it took the answer. */
const SETTLING: readonly Millis[] = [100, 300, 900];

export interface TokenOutlet extends Outlet {
  /** `as` is who may see a follow-up; the turn's own visibility when left out. */
  post(sheet: Sheet, as?: Visibility): Promise<Posted>;
  /** The interaction was answered with a message already, so the next one is a follow-up. */
  originalIsUsed(): void;
  /** Nothing was sent yet to the place that "is thinking…". */
  isOriginalWaiting(): boolean;
  /** Takes "is thinking…" away. */
  dropOriginal(): Promise<void>;
}

/** Messages by the interaction's token: first the one that Discord made at the acknowledgement, then follow-ups. */
export function createTokenOutlet(api: DiscordApi, origin: Origin, visibility: () => Visibility): TokenOutlet {
  let originalIsWaiting = true;
  let followUps = 0;

  async function fillOriginal(message: OutgoingMessage): Promise<APIMessage> {
    for (const delay of SETTLING) {
      try {
        return await api.byToken.edit(origin.token, '@original', message);
      } catch (error) {
        if (discordCode(error) !== UNKNOWN_WEBHOOK) throw error;
      }
      await pause(delay);
    }
    return api.byToken.edit(origin.token, '@original', message);
  }

  return {
    kind: 'token',
    room() {
      const most = origin.isUserInstallOnly ? FOLLOW_UPS_WHEN_USER_INSTALLED : Number.POSITIVE_INFINITY;
      return most - followUps + (originalIsWaiting ? 1 : 0);
    },
    async post(sheet, as = visibility()) {
      if (originalIsWaiting) {
        const filled = await fillOriginal(renderMessage(sheet));
        originalIsWaiting = false;
        return { id: filled.id, channel: filled.channel_id };
      }
      const posted = await api.byToken.followUp(origin.token, renderMessage(sheet, as));
      followUps += 1;
      return { id: posted.id, channel: posted.channel_id };
    },
    async edit(message, sheet) {
      await api.byToken.edit(origin.token, message.id, renderMessage(sheet));
    },
    remove: (message) => api.byToken.remove(origin.token, message.id),
    originalIsUsed() {
      originalIsWaiting = false;
    },
    isOriginalWaiting: () => originalIsWaiting,
    dropOriginal: () => api.byToken.remove(origin.token, '@original'),
  };
}

export interface ChannelOutletOptions {
  api: DiscordApi;
  channel: string;
  kind: 'channel' | 'dm';
  /** The message that the first one posted here replies to. */
  replyTo?: string;
  /**
   * With this, at most 20 characters long, a message that is posted a second time, because no answer came to the first
   * attempt, is not doubled. No two outlets into one channel may have the same.
   */
  mark?: string;
}

/** Messages by the bot's own token into a channel. */
export function createChannelOutlet(options: ChannelOutletOptions): Outlet {
  const { api, channel, kind, replyTo, mark } = options;
  let posted = 0;

  function render(sheet: Sheet): OutgoingMessage {
    const message = renderMessage(sheet);
    const { body } = message;
    if (replyTo !== undefined && posted === 0) {
      body.message_reference = { message_id: replyTo, fail_if_not_exists: false };
    }
    if (mark !== undefined) Object.assign(body, { nonce: `${mark}.${posted}`, enforce_nonce: true });
    return message;
  }

  async function edit(message: Posted, sheet: Sheet): Promise<void> {
    await api.byBot.edit(message.channel, message.id, renderMessage(sheet));
  }

  return {
    kind,
    room: () => Number.POSITIVE_INFINITY,
    async post(sheet) {
      const made = await api.byBot.post(channel, render(sheet));
      const message = { id: made.id, channel: made.channel_id };
      // Discord answers with the message of an earlier attempt, which may have said less.
      if (mark !== undefined && made.content !== sheet.content.trim()) await edit(message, sheet);
      posted += 1;
      return message;
    },
    edit,
    remove: (message) => api.byBot.remove(message.channel, message.id),
  };
}

/** Discord ends an interaction's token after 15 minutes; this leaves a margin for the last edit to arrive. */
export const TOKEN_LIFE: Millis = 14.5 * 60_000;

/** Is the token of an interaction received at `since` still good? */
export function isTokenFresh(since: Millis, clock: Clock): boolean {
  return clock() - since < TOKEN_LIFE;
}
