/**
 * What the bot does in a channel: view it, write, attach, read the message that it replies to, write in threads.
 * Source: Discord, Permissions, "Bitwise Permission Flags".
 */
const PERMISSIONS = (1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 16n) | (1n << 38n);

/** The two ways to install. Source: Discord, Application Resource, "Application Integration Types". */
const TO_SERVER = '0';
const TO_USER = '1';

export interface InviteLinks {
  /** For a server, where every member can then use the bot. */
  server: string;
  /** For oneself: the commands then go along everywhere. */
  user: string;
}

/** Where one adds the app. Source: Discord, OAuth2, "Bot Authorization Flow" and "Advanced Bot Authorization". */
export function inviteLinks(applicationId: string): InviteLinks {
  const link = (parameters: Record<string, string>) =>
    `https://discord.com/oauth2/authorize?${new URLSearchParams({ client_id: applicationId, ...parameters })}`;
  return {
    server: link({
      integration_type: TO_SERVER,
      scope: 'bot applications.commands',
      permissions: String(PERMISSIONS),
    }),
    user: link({ integration_type: TO_USER, scope: 'applications.commands' }),
  };
}
