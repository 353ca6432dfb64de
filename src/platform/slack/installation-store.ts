import type { Installation } from '@slack/bolt';
import type { Keyv } from 'keyv';
import type { Clock, Millis } from '../../core/time.ts';

interface Kept {
  installation: Installation;
  installedAt: Millis;
}

/** Which installation is meant; Bolt's InstallationQuery without its user and conversation. */
export interface InstallQuery {
  teamId: string | undefined;
  enterpriseId: string | undefined;
  isEnterpriseInstall: boolean;
}

/** Bolt's InstallationStore, and what this platform needs beside it. */
export interface SlackInstallationStore {
  storeInstallation(installation: Installation): Promise<void>;
  /** @throws NotInstalledError when the workspace has none */
  fetchInstallation(query: InstallQuery): Promise<Installation>;
  deleteInstallation(query: InstallQuery): Promise<void>;
  /** Deletes what was installed before `eventAt`: a late event must not end a newer installation. */
  deleteOlder(query: InstallQuery, eventAt: Millis): Promise<void>;
  /** The workspaces of an Enterprise organisation in which the app was installed one by one. */
  teamsOf(enterpriseId: string): Promise<readonly string[]>;
}

/** The app is not installed where it should act. */
export class NotInstalledError extends Error {
  override name = 'NotInstalledError';
}

/**
 * Slack installations in a Keyv, by enterprise id when the whole organisation installed the app, else by team id. They
 * hold bot tokens: the Keyv given is expected to encrypt.
 */
export function createInstallationStore(keyv: Keyv, clock: Clock): SlackInstallationStore {
  const keyOf = (id: string) => `installation:${id}`;
  const teamsKeyOf = (enterpriseId: string) => `teams:${enterpriseId}`;

  async function read(id: string | undefined): Promise<Kept | undefined> {
    return id === undefined ? undefined : await keyv.get<Kept>(keyOf(id));
  }

  async function teamsOf(enterpriseId: string): Promise<readonly string[]> {
    return (await keyv.get<string[]>(teamsKeyOf(enterpriseId))) ?? [];
  }

  async function deleteOlder(query: InstallQuery, eventAt: Millis): Promise<void> {
    const id = query.isEnterpriseInstall ? query.enterpriseId : query.teamId;
    const kept = await read(id);
    if (id === undefined || kept === undefined || kept.installedAt > eventAt) return;
    await keyv.delete(keyOf(id));
    const { enterprise } = kept.installation;
    if (query.isEnterpriseInstall || enterprise === undefined) return;
    const teams = (await teamsOf(enterprise.id)).filter((team) => team !== id);
    if (teams.length > 0) await keyv.set(teamsKeyOf(enterprise.id), teams);
    else await keyv.delete(teamsKeyOf(enterprise.id));
  }

  return {
    teamsOf,
    deleteOlder,
    async storeInstallation(installation) {
      const { enterprise, team, isEnterpriseInstall } = installation;
      const id = isEnterpriseInstall ? enterprise?.id : team?.id;
      if (id === undefined) throw new TypeError('expected an installation with an enterprise or a team, got neither');
      await keyv.set(keyOf(id), { installation, installedAt: clock() } satisfies Kept);
      if (isEnterpriseInstall || enterprise === undefined) return;
      const teams = await teamsOf(enterprise.id);
      if (!teams.includes(id)) await keyv.set(teamsKeyOf(enterprise.id), [...teams, id]);
    },
    async fetchInstallation({ teamId, enterpriseId, isEnterpriseInstall }) {
      const kept = (isEnterpriseInstall ? undefined : await read(teamId)) ?? (await read(enterpriseId));
      if (kept === undefined) {
        throw new NotInstalledError(
          `expected an installation of ${teamId ?? enterpriseId ?? 'a workspace'}, found none`,
        );
      }
      return kept.installation;
    },
    deleteInstallation: (query) => deleteOlder(query, Number.POSITIVE_INFINITY),
  };
}
