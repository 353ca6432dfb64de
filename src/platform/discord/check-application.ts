import type { RESTGetCurrentApplicationResult } from 'discord.js';
import { PlatformError } from '../../core/chat/chat.ts';
import type { DiscordApi } from './api.ts';

/** Asks Discord whose token it is. Throws when it is not accepted, or belongs to another application. */
export async function checkApplication(
  api: DiscordApi,
  applicationId: string,
): Promise<RESTGetCurrentApplicationResult> {
  const application = await api.application().catch((error: unknown) => {
    if (error instanceof PlatformError && error.fault === 'refused') {
      throw new Error(`Discord does not accept the bot's token: ${error.message}`, { cause: error });
    }
    throw error;
  });
  if (application.id !== applicationId) {
    throw new Error(`expected a token of application ${applicationId}, got one of ${application.id}`);
  }
  return application;
}
