import type { ConfigSecrets } from '../config/config.ts';
import { createInstallationStore } from '../platform/slack/installation-store.ts';
import { createSlackHttp } from '../platform/slack/slack-http.ts';
import type { SlackAuth } from '../platform/slack/slack-platform.ts';
import { createSlackSocket } from '../platform/slack/slack-socket.ts';
import { createEncryptedKeyv } from '../ports/store/encrypted-keyv.ts';
import { connected, editing, type PlatformDeps, type PlatformPart } from './platform-part.ts';

/** @returns null when Slack is not configured */
export function createSlackPart(deps: PlatformDeps): PlatformPart | null {
  const { config, secret, host, chat } = deps;
  const { clock, log } = deps.outside;
  if (config.slack === null || secret.slackAuth === null) return null;
  const options = {
    host,
    auth: slackAuth(secret.slackAuth, deps),
    apiUrl: config.slack.apiUrl,
    baseUrl: config.baseUrl,
    commandPrefix: config.slack.commandPrefix,
    chat,
    clock,
    log,
    ...editing(deps.overrides),
  };
  if (secret.slackAppToken !== null) {
    return connected(createSlackSocket({ ...options, appToken: secret.slackAppToken, onFatal: deps.onFatal }), deps);
  }
  if (secret.slackSigningSecret === null) return null;
  const platform = createSlackHttp({ ...options, signingSecret: secret.slackSigningSecret });
  return { ...platform, routers: [], lease: null };
}

function slackAuth(auth: NonNullable<ConfigSecrets['slackAuth']>, deps: PlatformDeps): SlackAuth {
  if ('botToken' in auth) return auth;
  const keyv = createEncryptedKeyv({
    store: deps.outside.opened.keyvAdapter(),
    namespace: 'slack-installations',
    secrets: deps.outside.secrets,
  });
  return { ...auth, installations: createInstallationStore(keyv, deps.outside.clock) };
}
