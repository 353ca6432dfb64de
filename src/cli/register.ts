import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../config.ts';
import { commandsFor } from '../services.ts';
import { registerAtDiscord } from './register/register-at-discord.ts';
import { type SlackTransport, slackLines } from './register/slack-lines.ts';

const USAGE = `Usage: npm run register [-- options]

Tells Discord of the slash commands, unless it has them as they are, and prints the invite links and Slack's manifest.

  --guild <id>            only for this Discord server, where a change shows at once; for development. The commands
                          for all servers stay as they are, and show beside these
  --slack <http|socket>   the manifest for requests to this bot, or for Socket Mode; what is configured by default
`;

/** Tells Discord of the slash commands, and prints what is to be set at Discord and Slack. */
async function register(args: string[]): Promise<void> {
  const { guild, slack, help } = readOptions(args);
  if (help) {
    process.stdout.write(USAGE);
    return;
  }
  const { config, secrets } = loadConfig(process.env);
  const commands = commandsFor(config.catalogue);
  if (config.discord !== null && secrets.discordToken !== null) {
    const lines = await registerAtDiscord(config.discord, secrets.discordToken, commands, config.baseUrl, guild);
    for (const line of lines) console.log(`Discord: ${line}`);
  } else if (guild !== undefined) {
    throw new Error('--guild needs DISCORD_TOKEN and DISCORD_APPLICATION_ID');
  }
  for (const line of slackLines(config, commands, slack)) console.log(line);
}

/** @throws Error that names what is wrong with the options */
function readOptions(args: string[]): { guild: string | undefined; slack: SlackTransport | null; help: boolean } {
  const { values } = parseArgs({
    args,
    options: { guild: { type: 'string' }, slack: { type: 'string' }, help: { type: 'boolean' } },
  });
  const { guild, slack = null, help = false } = values;
  if (guild !== undefined && !/^\d{15,20}$/.test(guild)) {
    throw new Error(`--guild: expected a server's id of 15 to 20 digits, came ${JSON.stringify(guild)}`);
  }
  if (slack !== null && slack !== 'http' && slack !== 'socket') {
    throw new Error(`--slack: expected http or socket, came ${JSON.stringify(slack)}`);
  }
  return { guild, slack, help };
}

try {
  await register(process.argv.slice(2));
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  console.error(error instanceof ConfigError ? why : `The commands could not be registered: ${why}`);
  process.exitCode = 1;
}
