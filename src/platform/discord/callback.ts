import type { APIInteraction } from 'discord.js';
import { PlatformError } from '../../core/chat/chat.ts';
import type { Clock, Millis } from '../../core/time.ts';
import { persist } from '../persist.ts';
import type { DiscordApi } from './api.ts';
import { ALREADY_ACKNOWLEDGED, discordCode } from './errors.ts';
import type { FirstResponse } from './responder.ts';

/** Discord takes a first response within three seconds; a later attempt would be in vain. */
const RESPOND_WITHIN: Millis = 2_000;

/** Gives an interaction its first response by Discord's callback route, as one that came by the gateway needs it. */
export function respondByCallback(api: DiscordApi, { id, token }: APIInteraction, clock: Clock): FirstResponse {
  return async (response) => {
    let mayHaveArrived = false;
    const attempt = async () => {
      try {
        await api.respond(id, token, response);
      } catch (error) {
        if (mayHaveArrived && discordCode(error) === ALREADY_ACKNOWLEDGED) return;
        if (error instanceof PlatformError && error.fault === 'unanswered') mayHaveArrived = true;
        throw error;
      }
    };
    await persist(attempt, { withinMs: RESPOND_WITHIN, clock });
  };
}
