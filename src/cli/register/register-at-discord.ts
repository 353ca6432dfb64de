import type { DiscordConfig } from '../../config/config.ts';
import type { CommandSpec } from '../../core/chat/chat.ts';
import { createDiscordApi } from '../../platform/discord/api.ts';
import { checkApplication } from '../../platform/discord/check-application.ts';
import { registerCommands } from '../../platform/discord/commands.ts';
import { wantedEndpoint } from '../../platform/discord/endpoint.ts';
import { inviteLinks } from '../../platform/discord/invite-links.ts';

const PAGE = 'https://discord.com/developers/applications, your application, page "General Information"';

/**
 * Tells Discord of the slash commands.
 * @param guild the only server that they are for; left out: everywhere
 * @returns what came of it and what is to be set there, line by line
 */
export async function registerAtDiscord(
  config: DiscordConfig,
  token: string,
  commands: readonly CommandSpec[],
  baseUrl: string,
  guild?: string,
): Promise<string[]> {
  const { applicationId, apiUrl } = config;
  const api = createDiscordApi({ applicationId, apiUrl, token });
  try {
    const application = await checkApplication(api, applicationId);
    const outcome = await registerCommands(api, commands, guild);
    const where = guild === undefined ? '' : ` of server ${guild}`;
    const { server, user } = inviteLinks(applicationId);
    return [
      `the commands${where} are ${outcome}.`,
      endpointAdvice(config, application.interactions_endpoint_url ?? '', baseUrl),
      `add the bot to a server by ${server}`,
      `add it to yourself, for use everywhere, by ${user}`,
    ];
  } finally {
    api.close();
  }
}

/** @param present where Discord sends interactions now; empty when they come by the gateway */
function endpointAdvice(config: DiscordConfig, present: string, baseUrl: string): string {
  const wanted = wantedEndpoint(config.transport, baseUrl);
  if (present === wanted) {
    return wanted === ''
      ? 'the interactions endpoint URL is empty, as the gateway needs it.'
      : `the interactions endpoint URL is ${wanted}, as it should be.`;
  }
  if (wanted !== '') return `set the interactions endpoint URL to ${wanted} (${PAGE}); the bot must be running.`;
  return `the interactions endpoint URL is ${present}, so no command comes by the gateway: empty it (${PAGE}).`;
}
