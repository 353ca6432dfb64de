import type { DiscordConfig } from '../../config/config.ts';
import { type ApplicationSettings, readApplication } from '../../platform/discord/application-settings.ts';
import { wantedEndpoint } from '../../platform/discord/endpoint.ts';
import { error, type Finding, warning } from './check.ts';

const PAGE = 'https://discord.com/developers/applications, the application,';

/** What the app's owner has set at Discord, against what the configuration needs. */
export function discordSettings(
  application: Parameters<typeof readApplication>[0],
  config: DiscordConfig,
  baseUrl: string,
): Finding[] {
  const settings = readApplication(application);
  return [
    endpointFinding(settings, wantedEndpoint(config.transport, baseUrl)),
    config.transport === 'http' ? keyFinding(settings, config.publicKey) : null,
    installFinding(settings),
    grantFinding(settings),
    publicFinding(settings),
    intentFinding(settings),
  ].filter((finding) => finding !== null);
}

function endpointFinding({ endpoint }: ApplicationSettings, wanted: string): Finding | null {
  if (endpoint === wanted) return null;
  return error({
    about: 'the interactions endpoint URL',
    expected: wanted === '' ? 'none, as DISCORD_TRANSPORT=gateway needs it' : wanted,
    came: endpoint === '' ? 'none' : endpoint,
    cure:
      wanted === ''
        ? `Empty it at ${PAGE} page "General Information", or set DISCORD_TRANSPORT=http.`
        : `Set it at ${PAGE} page "General Information", while the bot runs, or set DISCORD_TRANSPORT=gateway.`,
    symptom: 'commands end with "The application did not respond"',
  });
}

function keyFinding({ publicKey }: ApplicationSettings, configured: string): Finding | null {
  if (configured.toLowerCase() === publicKey.toLowerCase()) return null;
  return error({
    about: 'DISCORD_PUBLIC_KEY',
    expected: `the application's public key, ${publicKey}`,
    came: 'another one',
    cure: 'Set DISCORD_PUBLIC_KEY to it and start the bot again.',
    symptom: 'Discord does not accept the endpoint, or commands fail: no signature of a request holds',
  });
}

function installFinding({ installs }: ApplicationSettings): Finding | null {
  const closed = (['server', 'user'] as const).filter((way) => !installs.includes(way));
  if (closed.length === 0) return null;
  return error({
    about: 'the installation contexts',
    expected: 'for servers ("Guild Install") and for users ("User Install")',
    came: installs.length === 0 ? 'none' : `only for ${installs.join(' and ')}s`,
    cure: `Tick both at ${PAGE} page "Installation", then run \`npm run register\`.`,
    symptom: `the invite link for a ${closed.join(' or a ')} fails`,
  });
}

function grantFinding({ requiresCodeGrant }: ApplicationSettings): Finding | null {
  if (!requiresCodeGrant) return null;
  return error({
    about: '"Requires OAuth2 Code Grant"',
    expected: 'off',
    came: 'on',
    cure: `Switch it off at ${PAGE} page "Bot": this bot takes no part in such a grant.`,
    symptom: 'the invite link fails',
  });
}

function publicFinding({ isPublic }: ApplicationSettings): Finding | null {
  if (isPublic) return null;
  return warning({
    about: '"Public Bot"',
    expected: 'on',
    came: 'off',
    cure: `Switch it on at ${PAGE} page "Bot", unless only you are to add the bot.`,
    symptom: 'nobody but you can add the bot',
  });
}

function intentFinding({ privilegedIntents }: ApplicationSettings): Finding | null {
  if (privilegedIntents.length === 0) return null;
  return warning({
    about: 'the privileged intents',
    expected: 'none: this bot needs none',
    came: privilegedIntents.join(', '),
    cure: `Switch them off at ${PAGE} page "Bot", section "Privileged Gateway Intents". With them Discord asks for a review when the app grows.`,
  });
}
