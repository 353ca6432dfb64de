import { ApplicationFlags, ApplicationIntegrationType, type RESTGetCurrentApplicationResult } from 'discord.js';

/** What the app's owner has set at Discord. */
export interface ApplicationSettings {
  /** Where interactions go; empty when they come by the gateway. */
  endpoint: string;
  /** Hex. */
  publicKey: string;
  /** Others than its owner may install it. */
  isPublic: boolean;
  requiresCodeGrant: boolean;
  /** For what it can be installed. */
  installs: readonly ('server' | 'user')[];
  /** Those that are switched on, by Discord's names. */
  privilegedIntents: readonly string[];
}

/** Each has a flag for small apps and one for apps that were reviewed. Source: Discord, "Application Flags". */
const PRIVILEGED: readonly [string, number][] = [
  ['Presence', ApplicationFlags.GatewayPresence | ApplicationFlags.GatewayPresenceLimited],
  ['Server Members', ApplicationFlags.GatewayGuildMembers | ApplicationFlags.GatewayGuildMembersLimited],
  ['Message Content', ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited],
];

/** Reads Discord's application object (https://docs.discord.com/developers/resources/application). */
export function readApplication(application: RESTGetCurrentApplicationResult): ApplicationSettings {
  const { integration_types_config: installs, flags = 0 } = application;
  const has = (type: ApplicationIntegrationType) => installs?.[type] !== undefined;
  return {
    endpoint: application.interactions_endpoint_url ?? '',
    publicKey: application.verify_key,
    isPublic: application.bot_public,
    requiresCodeGrant: application.bot_require_code_grant,
    installs: [
      ...(has(ApplicationIntegrationType.GuildInstall) ? (['server'] as const) : []),
      ...(has(ApplicationIntegrationType.UserInstall) ? (['user'] as const) : []),
    ],
    privilegedIntents: PRIVILEGED.filter(([, bits]) => (flags & bits) !== 0).map(([name]) => name),
  };
}
