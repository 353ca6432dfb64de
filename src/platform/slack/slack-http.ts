import { createHttpReceiver } from './http-receiver.ts';
import { createSlackPlatform, type SlackOptions, type SlackPlatform } from './slack-platform.ts';

export interface SlackHttpOptions extends SlackOptions {
  signingSecret: string;
}

/** Slack over HTTP: `POST /slack/events` on the app's Express app, on which no body parser may stand before. */
export function createSlackHttp(options: SlackHttpOptions): SlackPlatform {
  return createSlackPlatform(createHttpReceiver(options), options);
}
