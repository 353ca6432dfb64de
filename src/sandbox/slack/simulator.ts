import express from 'express';
import { startHttpServer } from '../http-server.ts';
import { createDelivery, type Transport } from './delivery.ts';
import { createEvents, type SlackEvents } from './events.ts';
import { SlackFaults } from './faults.ts';
import { createHttpDelivery } from './http-delivery.ts';
import { DEFAULT_SCOPES, install } from './installations.ts';
import { createMessageEvents } from './message-events.ts';
import { createOAuthPage, type InstallChoice } from './oauth-page.ts';
import { createPerson, type SlackPerson } from './person.ts';
import { createRateLimiter, type RateLimiter } from './rate-limits.ts';
import { createRequestsToBot, type RequestsToBot } from './requests-to-bot.ts';
import { createResponseUrls } from './response-urls.ts';
import { createSeeds, DEFAULT_TEAM, type Seeds } from './seeds.ts';
import { type SeenMessage, seenMessage } from './shown.ts';
import { createSocketDelivery } from './socket/socket-delivery.ts';
import { createSockets, type SlackSockets } from './socket/sockets.ts';
import { SlackStore } from './store.ts';
import { createTriggers } from './triggers.ts';
import { answerBadBody, refuseUnknown } from './unknown-routes.ts';
import { createWebApi } from './web-api.ts';
import type { SlackSettings, SlackWorld } from './world.ts';

export interface SlackSimulatorOptions extends Partial<SlackSettings> {
  /** 0 (the default) takes a free one. */
  port?: number;
  /** Milliseconds; the clock of the simulated Slack. */
  now?: () => number;
  /** Milliseconds; the clock by which requests are signed. Bolt compares it with its machine's. */
  wallNow?: () => number;
  /** Where the bot listens, for example `http://127.0.0.1:3000/slack/events`. It can be set later. */
  eventsUrl?: string;
  /** How the app listens: at `eventsUrl` (`http`, the default) or through its sockets. It can be changed later. */
  transport?: Transport;
  rateLimits?: 'real' | 'off';
}

/** A Slack that unmodified @slack/bolt and @slack/web-api talk to, with people in it. */
export interface SlackSimulator extends Seeds, RequestsToBot {
  /** The Web API is at `${url}/api/`, the authorize page at `${url}/oauth/v2/authorize`. */
  url: string;
  store: SlackStore;
  settings: SlackSettings;
  faults: SlackFaults;
  rateLimits: Pick<RateLimiter, 'mode'>;
  events: SlackEvents;
  eventsUrl: string | undefined;
  transport: Transport;
  sockets: SlackSockets;
  /** What the person at the authorize page will do. */
  installChoice: InstallChoice;
  /** The person with this id, made when there is none. */
  user(id?: string, options?: Parameters<Seeds['addUser']>[1]): SlackPerson;
  /** The messages in the direct conversation of this person with the bot, oldest first. */
  dms(userId: string): SeenMessage[];
  /** The routes it has, for example `/api/:method`. */
  routes: string[];
  /** Back to how it started: one team with the app installed, a channel `general`. The bot's address stays, its sockets are cut. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * Starts the simulator on 127.0.0.1.
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function createSlackSimulator(options: SlackSimulatorOptions = {}): Promise<SlackSimulator> {
  const { port = 0, now = Date.now, wallNow = Date.now, eventsUrl, rateLimits = 'real', ...others } = options;
  const { transport = 'http', ...chosen } = others;
  const settings: SlackSettings = { ...defaults, ...chosen };
  const store = new SlackStore(now);
  const faults = new SlackFaults();
  const limiter = createRateLimiter(now, rateLimits);
  let url = '';
  const world: SlackWorld = {
    store,
    settings,
    now,
    wallNow,
    origin: () => url,
    triggers: createTriggers(store, now),
    oauthCodes: new Map(),
  };
  const urls = createResponseUrls(world, faults);
  const sockets = createSockets(world);
  const http = createHttpDelivery(world, () => simulator.eventsUrl);
  const deliver = createDelivery(
    { http, socket: createSocketDelivery(world, sockets) },
    () => simulator.transport,
    faults,
  );
  const events = createEvents(world, deliver);
  const messageEvents = createMessageEvents(world, events);
  store.onMessage((message, change) => {
    if (message.fromBot) void messageEvents.byBot(message, change);
  });
  const seeds = createSeeds(world);
  const installChoice: InstallChoice = { decision: 'allow', teamId: DEFAULT_TEAM, userId: 'U0INSTALLER' };
  const routers = [
    createWebApi(world, faults, limiter, sockets.issueUrl),
    urls.router,
    createOAuthPage(world, () => installChoice),
  ];
  const app = express();
  app.use(express.json({ limit: '1mb' }), express.urlencoded({ extended: false, limit: '1mb' }));
  app.use(...routers, refuseUnknown(world), answerBadBody);
  const server = await startHttpServer(app, port);
  url = server.url;
  sockets.listen(server.server);

  const simulator: SlackSimulator = {
    ...seeds,
    ...createRequestsToBot(world, http, events),
    url,
    store,
    settings,
    faults,
    rateLimits: limiter,
    events,
    eventsUrl,
    transport,
    sockets,
    installChoice,
    routes: routers.flatMap((router) => router.stack.flatMap((layer) => layer.route?.path ?? [])),
    user(id, about) {
      const known = id !== undefined && store.users.has(id) ? id : seeds.addUser(id, about).id;
      return createPerson({ world, deliver, events, messageEvents, urls }, known);
    },
    dms(userId) {
      const direct = [...store.channels.values()].find(
        (channel) => channel.kind === 'im' && channel.members.has(userId),
      );
      return store.messages.filter((message) => message.channel === direct?.id && !message.deleted).map(seenMessage);
    },
    reset() {
      store.clear();
      faults.clear();
      limiter.clear();
      urls.clear();
      events.clear();
      sockets.clear();
      world.triggers.clear();
      world.oauthCodes.clear();
      seed();
    },
    async close() {
      sockets.clear();
      await server.close();
    },
  };

  function seed() {
    seeds.team(DEFAULT_TEAM, { name: 'Acme' });
    install(store, DEFAULT_TEAM, settings.botToken, [...DEFAULT_SCOPES]);
    seeds.channel('C0GENERAL', { name: 'general' });
  }
  seed();
  return simulator;
}

const defaults: SlackSettings = {
  signingSecret: 'simulated-signing-secret',
  botToken: 'xoxb-simulated',
  appToken: 'xapp-simulated',
  appTokenScopes: ['connections:write'],
  appId: 'A0SIMULATOR',
  clientId: '1000.2000',
  clientSecret: 'simulated-client-secret',
  verificationToken: 'simulated-verification-token',
  ackDeadlineMs: 3000,
  streamLifetimeMs: 300_000,
  distribution: 'internal',
};
