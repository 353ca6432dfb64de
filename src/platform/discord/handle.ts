import type { MessageHandle } from '../../core/chat/chat.ts';
import type { Millis } from '../../core/time.ts';
import type { Posted } from './outlet.ts';

export interface HandleFacts {
  applicationId: string;
  /** Whom the message is for. */
  user: string;
  message: Posted;
  /** The interaction's token, where the message went by it, and when it ends. */
  token?: { value: string; until: Millis } | undefined;
}

/** What a message's handle says, read back. `token` is empty where the bot's own token is the only way. */
export interface Place {
  token: string;
  /** When the token ends, in milliseconds since 1970. */
  tokenUntil: Millis;
  channel: string;
  message: string;
  user: string;
}

/** A place as text, to be kept in a row of the store. */
export function messageHandle({ applicationId, user, message, token }: HandleFacts): MessageHandle {
  const place: Record<string, string> = {
    application: applicationId,
    channel: message.channel,
    message: message.id,
    user,
  };
  if (token !== undefined) {
    place.token = token.value;
    place.tokenUntil = String(token.until);
  }
  return { platform: 'discord', place };
}

/** Throws TypeError when the handle is none of Discord's. */
export function readHandle(handle: MessageHandle): Place {
  const { channel, message, user, token = '', tokenUntil = '0' } = handle.place;
  if (handle.platform !== 'discord' || channel === undefined || message === undefined || user === undefined) {
    throw new TypeError(`expected the handle of a Discord message, got one of ${handle.platform}`);
  }
  return { token, tokenUntil: Number(tokenUntil), channel, message, user };
}
