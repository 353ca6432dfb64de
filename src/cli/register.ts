import { ConfigError, type DiscordConfig, loadConfig } from '../config.ts';
import type { CommandSpec } from '../core/chat.ts';
import { createDiscordApi } from '../platform/discord/api.ts';
import { checkApplication } from '../platform/discord/check-application.ts';
import { registerCommands } from '../platform/discord/commands.ts';
import { slackManifest } from '../platform/slack/manifest.ts';
import { commandsFor } from '../services.ts';

const DISCORD_PAGE = 'https://discord.com/developers/applications, your application, page "General Information"';

/**
 * What the bot does in a channel: view it, write, attach, read the message that it replies to, write in threads.
 * Source: Discord, Permissions, "Bitwise Permission Flags".
 */
const PERMISSIONS = (1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 16n) | (1n << 38n);

/** Tells Discord of the slash commands, and prints what is to be set at Discord and Slack. */
async function register(): Promise<void> {
  const { config, secrets } = loadConfig(process.env);
  const commands = commandsFor(config.catalogue);
  if (config.discord !== null && secrets.discordToken !== null) {
    await registerAtDiscord(config.discord, secrets.discordToken, config.baseUrl, commands);
  }
  const facts = { brandName: config.brand.name, baseUrl: config.baseUrl, prefix: config.slack?.commandPrefix ?? '' };
  const transport = config.slack?.transport ?? 'socket';
  const what = { http: 'requests to this bot', socket: 'Socket Mode' }[transport];
  const state = config.slack === null ? ' It is not configured yet.' : '';
  console.log(`Slack:${state} Make or change the app at https://api.slack.com/apps by this manifest, for ${what}:`);
  console.log(JSON.stringify(slackManifest(commands, { ...facts, transport }), null, 2));
}

async function registerAtDiscord(
  config: DiscordConfig,
  token: string,
  baseUrl: string,
  commands: readonly CommandSpec[],
): Promise<void> {
  const { applicationId, apiUrl } = config;
  const api = createDiscordApi({ applicationId, apiUrl, token });
  try {
    const application = await checkApplication(api, applicationId);
    console.log(`Discord: the commands are ${await registerCommands(api, commands)}.`);
    console.log(`Discord: ${endpointAdvice(config, application.interactions_endpoint_url ?? '', baseUrl)}`);
    const invitation = new URLSearchParams({
      client_id: applicationId,
      scope: 'bot applications.commands',
      permissions: String(PERMISSIONS),
    });
    console.log(`Discord: invite the bot by https://discord.com/oauth2/authorize?${invitation}`);
  } finally {
    api.close();
  }
}

/** @param present where Discord sends interactions now; empty when they come by the gateway */
function endpointAdvice({ transport }: DiscordConfig, present: string, baseUrl: string): string {
  const wanted = transport === 'http' ? `${baseUrl}/discord/interactions` : '';
  if (present === wanted) {
    return wanted === ''
      ? 'the interactions endpoint URL is empty, as the gateway needs it.'
      : `the interactions endpoint URL is ${wanted}, as it should be.`;
  }
  if (wanted !== '')
    return `set the interactions endpoint URL to ${wanted} (${DISCORD_PAGE}); the bot must be running.`;
  return `the interactions endpoint URL is ${present}, so no command comes by the gateway: empty it (${DISCORD_PAGE}).`;
}

try {
  await register();
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  console.error(error instanceof ConfigError ? why : `The commands could not be registered: ${why}`);
  process.exitCode = 1;
}
