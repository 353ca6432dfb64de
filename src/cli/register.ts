import { parseArgs } from 'node:util';
import { commandsFor } from '../app/services.ts';
import { type Config, ConfigError, loadConfig } from '../config/config.ts';
import { readConfiguration } from '../config/read-configuration.ts';
import { registerAtDiscord } from './register/register-at-discord.ts';
import { type SlackTransport, slackLines } from './register/slack-lines.ts';

const USAGE = `Usage: npm run register [-- options]

Tells Discord of the slash commands, unless it has them as they are, and prints the invite links and Slack's manifest.

  --guild <id>            only for this Discord server, where a change shows at once; for development. The commands
                          for all servers stay as they are, and show beside these
  --slack <http|socket>   only Slack's manifest, for requests to this bot or for Socket Mode; works before anything else
                          is configured
`;

const FOR_SLACK = ['BRAND_NAME', 'BASE_URL', 'SLACK_COMMAND_PREFIX', 'CATALOGUE_PATH'];

/** Tells Discord of the slash commands, and prints what is to be set at Discord and Slack. */
async function register(args: string[]): Promise<void> {
  const { guild, slack, help } = readOptions(args);
  if (help) {
    process.stdout.write(USAGE);
    return;
  }
  if (slack !== null) {
    for (const line of slackLines(configForSlack(), slack)) console.log(line);
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
  for (const line of slackLines(config, null)) console.log(line);
}

/** @throws ConfigError when what the manifest is made of has a problem; the rest may have any */
function configForSlack(): Config {
  const { config, unusable } = readConfiguration(process.env);
  const problems = FOR_SLACK.flatMap((name) => unusable.get(name) ?? []);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
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
