import { ExpressReceiver } from '@slack/bolt';
import type { Express } from 'express';
import type { Log } from '../../core/log.ts';
import { createBoltLogger } from './bolt-logger.ts';
import type { ClientSettings } from './client-options.ts';
import type { Authorize } from './clients.ts';
import { createRouteErrorHandler } from './http-errors.ts';
import type { SlackInstallationStore } from './installation-store.ts';
import { BOT_SCOPES } from './scopes.ts';

const INSTALL_PATH = '/slack/install';
export const REDIRECT_PATH = '/slack/oauth_redirect';

export interface OAuthOptions {
  host: Express;
  clientId: string;
  clientSecret: string;
  stateSecret: string;
  installations: SlackInstallationStore;
  baseUrl: string;
  apiUrl: string;
  clientOptions: ClientSettings;
  log: Log;
}

/**
 * Mounts `GET /slack/install` and `GET /slack/oauth_redirect`. A Bolt receiver without an events route does it (so there
 * is nothing signed to verify): installing works the same beside every receiver.
 * @returns what finds the token of an installation, and refreshes it
 */
export function mountOAuthRoutes(options: OAuthOptions): Authorize {
  const { host, baseUrl, apiUrl, installations, clientOptions, log } = options;
  const { clientId, clientSecret, stateSecret } = options;
  const receiver = new ExpressReceiver({
    app: host,
    endpoints: {},
    signingSecret: '',
    signatureVerification: false,
    clientId,
    clientSecret,
    stateSecret,
    scopes: [...BOT_SCOPES],
    redirectUri: new URL(REDIRECT_PATH, baseUrl).href,
    installationStore: installations,
    logger: createBoltLogger(log),
    installerOptions: {
      installPath: INSTALL_PATH,
      redirectUriPath: REDIRECT_PATH,
      directInstall: true,
      authorizationUrl: new URL('/oauth/v2/authorize', apiUrl).href,
      clientOptions,
    },
  });
  for (const path of [INSTALL_PATH, REDIRECT_PATH]) host.use(path, createRouteErrorHandler(log));
  const { installer } = receiver;
  if (installer === undefined) throw new TypeError('expected the OAuth secrets of Slack, got an empty one');
  return (query) => installer.authorize(query);
}
