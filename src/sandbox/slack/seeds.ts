import { DEFAULT_SCOPES, install } from './installations.ts';
import type { Installation, SlackChannel, SlackTeam, SlackUser } from './model.ts';
import type { SlackWorld } from './world.ts';

export const DEFAULT_TEAM = 'T0SIMTEAM';

/** Puts workspaces, channels and people into the simulator. Ids are made when they are left out. */
export interface Seeds {
  team(id?: string, options?: { name?: string; enterpriseId?: string }): SlackTeam;
  /** Public with the bot in it, unless said otherwise. An existing one is changed by what is given. */
  channel(
    id?: string,
    options?: {
      name?: string;
      team?: string;
      private?: boolean;
      botMember?: boolean;
      members?: string[];
      archived?: boolean;
    },
  ): SlackChannel;
  addUser(
    id?: string,
    options?: { name?: string; team?: string; dms?: 'open' | 'closed'; deactivated?: boolean; locale?: string },
  ): SlackUser;
  /** Installs the app in a team, with the usual scopes and a new token unless given. */
  installApp(teamId: string, options?: { token?: string; scopes?: string[] }): Installation;
}

export function createSeeds({ store }: SlackWorld): Seeds {
  return {
    team(id = store.ids.id('T'), { name = 'Acme', enterpriseId } = {}) {
      const domain = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${id.toLowerCase()}`;
      const team: SlackTeam = { id, name, domain, ...(enterpriseId && { enterpriseId }) };
      store.teams.set(id, team);
      return team;
    },
    channel(id = store.ids.id('C'), options = {}) {
      const before = store.channels.get(id);
      const members = [...(before?.members ?? []), ...(options.members ?? [])];
      const channel: SlackChannel = {
        id,
        teamId: options.team ?? before?.teamId ?? DEFAULT_TEAM,
        name: options.name ?? before?.name ?? id.toLowerCase(),
        kind: (options.private ?? before?.kind === 'private') ? 'private' : 'public',
        members: new Set(members),
        botMember: options.botMember ?? before?.botMember ?? true,
        archived: options.archived ?? before?.archived ?? false,
      };
      store.team(channel.teamId);
      store.channels.set(id, channel);
      return channel;
    },
    addUser(id = store.ids.id('U'), { name, team = DEFAULT_TEAM, dms = 'open', deactivated = false, locale } = {}) {
      const user: SlackUser = {
        id,
        teamId: store.team(team).id,
        name: name ?? id.toLowerCase(),
        isBot: false,
        dms,
        deactivated,
        locale: locale ?? 'en-US',
      };
      store.users.set(id, user);
      return user;
    },
    installApp: (teamId, { token = `xoxb-${store.ids.secret()}`, scopes = [...DEFAULT_SCOPES] } = {}) =>
      install(store, store.team(teamId).id, token, scopes),
  };
}
