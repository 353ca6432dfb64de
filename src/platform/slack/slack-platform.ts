import type { Receiver } from '@slack/bolt';
import type { Express } from 'express';
import type { ChatApp, Messenger } from '../../core/chat/chat.ts';
import type { Log } from '../../core/log.ts';
import { type Clock, type Millis, SECOND } from '../../core/time.ts';
import { setTimer as realTimer, type SetTimer } from '../edit-pacer.ts';
import { createBoltApp } from './bolt-app.ts';
import { checkSlack } from './check.ts';
import { createClientOptions } from './client-options.ts';
import { createInstalledClients, createSingleClient, type SlackClients } from './clients.ts';
import { createNameCommands } from './command-names.ts';
import { createDirectChannels } from './direct-channels.ts';
import { createEditBudget } from './edit-budget.ts';
import { registerEventListeners } from './event-listeners.ts';
import { registerInstallEvents } from './install-events.ts';
import type { SlackInstallationStore } from './installation-store.ts';
import { registerListeners } from './listeners.ts';
import { createMessenger } from './messenger.ts';
import { mountOAuthRoutes } from './oauth-routes.ts';
import { createTurnRunner } from './turn-runner.ts';

export const API_URL = 'https://slack.com/api/';
/** Slack waits three seconds for an acknowledgement. */
const ACK_DEADLINE = 2 * SECOND;
const EDIT_INTERVAL = 1.5 * SECOND;

/** One workspace by its token, or many by OAuth. */
export type SlackAuth =
  | { botToken: string }
  | { clientId: string; clientSecret: string; stateSecret: string; installations: SlackInstallationStore };

export interface SlackOptions {
  /** The app's one Express app, for the pages of OAuth. */
  host: Express;
  auth: SlackAuth;
  apiUrl?: string | undefined;
  /** Where this app is reached from outside. */
  baseUrl: string;
  commandPrefix?: string | undefined;
  chat: ChatApp;
  clock: Clock;
  log: Log;
  ackDeadlineMs?: Millis;
  editIntervalMs?: Millis;
  setTimer?: SetTimer;
}

export interface SlackPlatform {
  messenger: Messenger;
  /** Asks Slack whether it knows the token, or with OAuth whether it is there; throws PlatformError. */
  check(): Promise<void>;
  /** Resolves when no turn is under way. */
  close(): Promise<void>;
}

/** Slack over any receiver of Bolt; with OAuth it mounts `GET /slack/install` and `GET /slack/oauth_redirect`. */
export function createSlackPlatform(receiver: Receiver, options: SlackOptions): SlackPlatform {
  const { host, auth, baseUrl, chat, clock, log } = options;
  const { apiUrl = API_URL, setTimer = realTimer, commandPrefix = '' } = options;
  const nameCommands = createNameCommands(chat.commands, commandPrefix);
  const clientOptions = createClientOptions(apiUrl, log);
  const app = createBoltApp(receiver, clientOptions, log);

  let clients: SlackClients;
  if ('botToken' in auth) {
    clients = createSingleClient(auth.botToken, clientOptions);
  } else {
    const authorize = mountOAuthRoutes({ ...auth, host, baseUrl, apiUrl, clientOptions, log });
    clients = createInstalledClients(authorize, auth.installations, clientOptions);
    registerInstallEvents(app, auth.installations, log);
  }

  const runner = createTurnRunner({
    clients,
    directChannels: createDirectChannels(setTimer),
    nameCommands,
    budget: createEditBudget(clock),
    ackDeadlineMs: options.ackDeadlineMs ?? ACK_DEADLINE,
    editIntervalMs: options.editIntervalMs ?? EDIT_INTERVAL,
    setTimer,
    clock,
    log,
  });
  registerListeners(app, { chat, commandPrefix, handle: runner.handle, clock, log });
  registerEventListeners(app, { chat, handle: runner.handle, clock, log });

  return {
    messenger: createMessenger({ clients, nameCommands, clock, log }),
    check: () => checkSlack('botToken' in auth ? auth.botToken : undefined, clientOptions),
    close: () => runner.idle(),
  };
}
