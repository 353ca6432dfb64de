import type { Installation } from './model.ts';
import type { SlackStore } from './store.ts';

/** What an app of this kind asks for; without `chat:write.public` it writes only where it is a member. */
export const DEFAULT_SCOPES = [
  'app_mentions:read',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'users:read',
];

/** Installs the app in a team: a team has one bot user, and each install a new token. */
export function install(store: SlackStore, teamId: string, token: string, scopes: string[]): Installation {
  const before = [...store.installations.values()].find((known) => known.teamId === teamId);
  const installation: Installation = {
    token,
    teamId,
    botUserId: before?.botUserId ?? store.ids.id('U'),
    botId: before?.botId ?? store.ids.id('B'),
    scopes,
    active: true,
  };
  store.users.set(installation.botUserId, {
    id: installation.botUserId,
    teamId,
    name: 'tallybot',
    isBot: true,
    dms: 'open',
    deactivated: false,
    locale: 'en-US',
  });
  store.installations.set(token, installation);
  return installation;
}
