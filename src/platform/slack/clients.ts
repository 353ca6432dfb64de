import { webApi } from '@slack/bolt';
import { PlatformError } from '../../core/chat/chat.ts';
import { type InstallQuery, NotInstalledError, type SlackInstallationStore } from './installation-store.ts';
import type { InstallSource } from './message-place.ts';

/** Finds the bot token of a workspace, refreshed when it is about to expire; Bolt's installer has it. */
export type Authorize = (query: InstallQuery) => Promise<{ botToken?: string }>;

/** The Web API client of whoever installed the app. Both throw PlatformError. */
export interface SlackClients {
  forSource(source: InstallSource): Promise<webApi.WebClient>;
  /** @param workspace the enterprise or team id of a person */
  forWorkspace(workspace: string): Promise<webApi.WebClient>;
}

/** Clients are kept per token; beyond this many all are made anew. */
const MAX_CLIENTS = 1_000;

function createClientPool(options: webApi.WebClientOptions): (token: string) => webApi.WebClient {
  const pool = new Map<string, webApi.WebClient>();
  return (token) => {
    const known = pool.get(token);
    if (known !== undefined) return known;
    if (pool.size >= MAX_CLIENTS) pool.clear();
    const client = new webApi.WebClient(token, options);
    pool.set(token, client);
    return client;
  };
}

/** One workspace, one token. */
export function createSingleClient(botToken: string, options: webApi.WebClientOptions): SlackClients {
  const client = new webApi.WebClient(botToken, options);
  return { forSource: async () => client, forWorkspace: async () => client };
}

/** Many workspaces, each with the token of its installation. */
export function createInstalledClients(
  authorize: Authorize,
  installations: Pick<SlackInstallationStore, 'teamsOf'>,
  options: webApi.WebClientOptions,
): SlackClients {
  const clientOf = createClientPool(options);

  async function forSource({ teamId, enterpriseId, isEnterpriseInstall }: InstallSource): Promise<webApi.WebClient> {
    try {
      const query = { teamId: teamId ?? undefined, enterpriseId: enterpriseId ?? undefined, isEnterpriseInstall };
      const { botToken } = await authorize(query);
      if (botToken === undefined) throw new NotInstalledError('expected an installation with a bot token, got none');
      return clientOf(botToken);
    } catch (error) {
      throw toInstallationError(error);
    }
  }

  return {
    forSource,
    async forWorkspace(workspace) {
      if (!workspace.startsWith('E')) {
        return forSource({ teamId: workspace, enterpriseId: null, isEnterpriseInstall: false });
      }
      const [team] = await installations.teamsOf(workspace).catch((error: unknown) => {
        throw toInstallationError(error);
      });
      const whole = { teamId: null, enterpriseId: workspace, isEnterpriseInstall: true };
      return forSource(whole).catch((error: unknown) => {
        if (team === undefined || !(error instanceof PlatformError) || error.fault !== 'refused') throw error;
        return forSource({ teamId: team, enterpriseId: workspace, isEnterpriseInstall: false });
      });
    },
  };
}

function toInstallationError(error: unknown): PlatformError {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof NotInstalledError) {
      return new PlatformError('refused', 'the app is not installed in this workspace', { cause: error });
    }
  }
  return new PlatformError('unavailable', 'the installation of this workspace cannot be read', { cause: error });
}
