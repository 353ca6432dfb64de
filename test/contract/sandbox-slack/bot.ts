import { App, ExpressReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import express from 'express';
import { type RunningServer, startHttpServer } from '../../../src/sandbox/http-server.ts';
import {
  createSlackSimulator,
  type SlackSimulator,
  type SlackSimulatorOptions,
} from '../../../src/sandbox/slack/simulator.ts';

/** An unmodified Bolt app on a real Express host, pointed at a simulator. */
export interface Stage {
  slack: SlackSimulator;
  app: App;
  bot: RunningServer;
  close(): Promise<void>;
}

export async function createStage(options: SlackSimulatorOptions = {}): Promise<Stage> {
  const slack = await createSlackSimulator({ rateLimits: 'off', ...options });
  const host = express();
  const receiver = new ExpressReceiver({
    signingSecret: slack.settings.signingSecret,
    app: host,
    endpoints: '/slack/events',
    logLevel: LogLevel.ERROR,
    unhandledRequestTimeoutMillis: 60_000,
  });
  const app = new App({
    receiver,
    token: slack.settings.botToken,
    logger: silent,
    clientOptions: clientOptions(slack),
    deferInitialization: true,
  });
  await app.init();
  const bot = await startHttpServer(host);
  slack.eventsUrl = `${bot.url}/slack/events`;
  return {
    slack,
    app,
    bot,
    async close() {
      await bot.close();
      await slack.close();
    },
  };
}

/** An unmodified Bolt app on a socket of a simulator, ready to be started. */
export function createSocketApp(slack: SlackSimulator): { app: App; receiver: SocketModeReceiver } {
  const receiver = new SocketModeReceiver({
    appToken: slack.settings.appToken,
    installerOptions: { clientOptions: clientOptions(slack) },
    logger: silent,
    // It is also how long the client waits before it connects again.
    clientPingTimeout: 50,
  });
  const app = new App({
    receiver,
    // Bolt's own asks auth.test at the first event, and would still be asking when a test has ended.
    authorize: async () => ({ botToken: slack.settings.botToken }),
    logger: silent,
    clientOptions: clientOptions(slack),
  });
  return { app, receiver };
}

/** A WebClient of the simulator that gives up at once. */
export function createClient(slack: SlackSimulator, token = slack.settings.botToken): WebClient {
  return new WebClient(token, clientOptions(slack));
}

export function clientOptions(slack: SlackSimulator): WebClientOptions {
  return {
    slackApiUrl: `${slack.url}/api/`,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 5000,
    logger: silent,
  };
}

/** The error code of a refused call. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { data } = error as { data?: { error?: string } };
    return data?.error ?? String(error);
  }
  return 'accepted';
}

const nothing = (): void => undefined;
export const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};
