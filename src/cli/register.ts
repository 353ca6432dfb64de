import { ConfigError, loadConfig } from '../config.ts';
import { createDiscordApi } from '../platform/discord/api.ts';
import { registerCommands } from '../platform/discord/commands.ts';
import { slackManifest } from '../platform/slack/manifest.ts';
import { COMMANDS } from '../services.ts';

/** Tells Discord of the slash commands, and prints the manifest to paste into Slack. */
async function register(): Promise<void> {
  const { config, secrets } = loadConfig(process.env);
  if (config.discord !== null && secrets.discordToken !== null) {
    const { applicationId, apiUrl } = config.discord;
    const api = createDiscordApi({ applicationId, apiUrl, token: secrets.discordToken });
    try {
      const outcome = await registerCommands(api, COMMANDS);
      console.log(`Discord: the commands are ${outcome}.`);
      console.log(`Set the application's interactions endpoint URL to ${config.baseUrl}/discord/interactions`);
      console.log(
        `Invite: https://discord.com/oauth2/authorize?client_id=${applicationId}&scope=bot+applications.commands`,
      );
    } finally {
      api.close();
    }
  }
  if (config.slack !== null) {
    const { commandPrefix: prefix } = config.slack;
    console.log('Slack: paste this at https://api.slack.com/apps under App Manifest:');
    console.log(
      JSON.stringify(
        slackManifest(COMMANDS, { brandName: config.brand.name, baseUrl: config.baseUrl, prefix, transport: 'http' }),
        null,
        2,
      ),
    );
  }
}

try {
  await register();
} catch (error) {
  console.error(
    error instanceof ConfigError ? error.message : `The commands could not be registered: ${String(error)}`,
  );
  process.exitCode = 1;
}
