import type { DiscordConfig } from '../../config.ts';
import { readApplication } from '../../platform/discord/application-settings.ts';
import { wantedEndpoint } from '../../platform/discord/endpoint.ts';
import { error, type Finding, warning } from './check.ts';

const PAGE = 'https://discord.com/developers/applications, the application,';

/** What the app's owner has set at Discord, against what the configuration needs. */
export function discordSettings(
  application: Parameters<typeof readApplication>[0],
  config: DiscordConfig,
  baseUrl: string,
): Finding[] {
  const { endpoint, publicKey, isPublic, requiresCodeGrant, installs, privilegedIntents } =
    readApplication(application);
  const findings: Finding[] = [];
  const wanted = wantedEndpoint(config.transport, baseUrl);
  if (endpoint !== wanted) {
    findings.push(
      error({
        about: 'the interactions endpoint URL',
        expected: wanted === '' ? 'none, as DISCORD_TRANSPORT=gateway needs it' : wanted,
        came: endpoint === '' ? 'none' : endpoint,
        cure:
          wanted === ''
            ? `Empty it at ${PAGE} page "General Information", or set DISCORD_TRANSPORT=http.`
            : `Set it at ${PAGE} page "General Information", while the bot runs, or set DISCORD_TRANSPORT=gateway.`,
        symptom: 'commands end with "The application did not respond"',
      }),
    );
  }
  if (config.transport === 'http' && config.publicKey.toLowerCase() !== publicKey.toLowerCase()) {
    findings.push(
      error({
        about: 'DISCORD_PUBLIC_KEY',
        expected: `the application's public key, ${publicKey}`,
        came: 'another one',
        cure: 'Set DISCORD_PUBLIC_KEY to it and start the bot again.',
        symptom: 'Discord does not accept the endpoint, or commands fail: no signature of a request holds',
      }),
    );
  }
  const closed = (['server', 'user'] as const).filter((way) => !installs.includes(way));
  if (closed.length > 0) {
    findings.push(
      error({
        about: 'the installation contexts',
        expected: 'for servers ("Guild Install") and for users ("User Install")',
        came: installs.length === 0 ? 'none' : `only for ${installs.join(' and ')}s`,
        cure: `Tick both at ${PAGE} page "Installation", then run \`npm run register\`.`,
        symptom: `the invite link for a ${closed.join(' or a ')} fails`,
      }),
    );
  }
  if (requiresCodeGrant) {
    findings.push(
      error({
        about: '"Requires OAuth2 Code Grant"',
        expected: 'off',
        came: 'on',
        cure: `Switch it off at ${PAGE} page "Bot": this bot takes no part in such a grant.`,
        symptom: 'the invite link fails',
      }),
    );
  }
  if (!isPublic) {
    findings.push(
      warning({
        about: '"Public Bot"',
        expected: 'on',
        came: 'off',
        cure: `Switch it on at ${PAGE} page "Bot", unless only you are to add the bot.`,
        symptom: 'nobody but you can add the bot',
      }),
    );
  }
  if (privilegedIntents.length > 0) {
    findings.push(
      warning({
        about: 'the privileged intents',
        expected: 'none: this bot needs none',
        came: privilegedIntents.join(', '),
        cure: `Switch them off at ${PAGE} page "Bot", section "Privileged Gateway Intents". With them Discord asks for a review when the app grows.`,
      }),
    );
  }
  return findings;
}
