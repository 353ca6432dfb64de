import type { DiscordConfig } from '../../config/config.ts';
import { type CommandSpec, PlatformError } from '../../core/chat/chat.ts';
import { createDiscordApi, type DiscordApi } from '../../platform/discord/api.ts';
import { checkApplication } from '../../platform/discord/check-application.ts';
import { compareCommands } from '../../platform/discord/commands.ts';
import { type Check, error, type Finding, once, orSkip, Skipped } from './check.ts';
import { discordSettings } from './discord-settings.ts';

const NEEDS = ['DISCORD_TOKEN', 'DISCORD_APPLICATION_ID'];
const PAGE = 'https://discord.com/developers/applications';

export interface DiscordChecksOptions {
  discord: DiscordConfig | null;
  token: string | null;
  baseUrl: string;
  commands: readonly CommandSpec[];
}

/** What Discord knows of the app: whose the token is, the app's settings, its commands. */
export function discordChecks({ discord, token, baseUrl, commands }: DiscordChecksOptions): Check[] {
  async function withApi<T>(use: (api: DiscordApi, config: DiscordConfig) => Promise<T>): Promise<T> {
    if (discord === null || token === null) throw new Skipped('Discord is not configured');
    const api = createDiscordApi({ applicationId: discord.applicationId, apiUrl: discord.apiUrl, token });
    try {
      return await use(api, discord);
    } finally {
      api.close();
    }
  }
  const application = once(() => withApi((api, { applicationId }) => checkApplication(api, applicationId)));
  const knownApplication = () => orSkip(application(), "Discord's token does not work, see above");

  return [
    {
      id: 'discord-token',
      title: 'Discord: token',
      needs: NEEDS,
      async run() {
        try {
          await application();
          return [];
        } catch (reason) {
          const isAnswer = reason instanceof Error && !(reason instanceof Skipped || reason instanceof PlatformError);
          if (!isAnswer) throw reason;
          return [tokenFinding(reason)];
        }
      },
    },
    {
      id: 'discord-settings',
      title: "Discord: the app's settings",
      needs: [...NEEDS, 'DISCORD_PUBLIC_KEY', 'BASE_URL'],
      async run() {
        const known = await knownApplication();
        return withApi(async (_api, config) => discordSettings(known, config, baseUrl));
      },
    },
    {
      id: 'discord-commands',
      title: 'Discord: slash commands',
      needs: NEEDS,
      async run() {
        await knownApplication();
        return withApi((api) => commandFindings(api, commands));
      },
    },
  ];
}

function tokenFinding({ message }: Error): Finding {
  return error({
    about: 'DISCORD_TOKEN',
    expected: 'the token of the application that DISCORD_APPLICATION_ID names',
    came: message,
    cure: `At ${PAGE}, the application, page "Bot", reset the token and set DISCORD_TOKEN to the new one; the application's id is on the page "General Information".`,
    symptom: 'the bot does not start, or is offline',
  });
}

async function commandFindings(api: DiscordApi, commands: readonly CommandSpec[]): Promise<Finding[]> {
  const { missing, different, foreign } = await compareCommands(api, commands);
  const told = [
    ['missing', missing],
    ['older than this version', different],
    ['not of this bot', foreign],
  ] as const;
  const came = told.filter(([, names]) => names.length > 0).map(([what, names]) => `${what}: ${names.join(', ')}`);
  if (came.length === 0) return [];
  return [
    error({
      about: 'the registered commands',
      expected: `those of this version (${commands.map(({ name }) => name).join(', ')})`,
      came: came.join('; '),
      cure: 'Run `npm run register`. Discord may take a minute to show the change.',
      symptom: 'a command is not offered, or fails when it is used',
    }),
  ];
}
