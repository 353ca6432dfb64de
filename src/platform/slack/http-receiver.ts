import { ExpressReceiver } from '@slack/bolt';
import type { Express } from 'express';
import type { Log } from '../../core/log.ts';
import { createBoltLogger } from './bolt-logger.ts';
import { createEventErrorHandler, createRouteErrorHandler, describeRefusals, writeError } from './http-errors.ts';

export const EVENTS_PATH = '/slack/events';
const BODY_LIMIT = 1_048_576;

/** Takes Slack's requests at `POST /slack/events` of the app's own Express app; mount it before any body parser. */
export function createHttpReceiver(options: { host: Express; signingSecret: string; log: Log }): ExpressReceiver {
  const { host, signingSecret, log } = options;
  host.post(EVENTS_PATH, describeRefusals);
  const receiver = new ExpressReceiver({
    signingSecret,
    app: host,
    endpoints: EVENTS_PATH,
    bodyLimit: BODY_LIMIT,
    logger: createBoltLogger(log),
    processEventErrorHandler: createEventErrorHandler(log),
    unhandledRequestHandler({ response }) {
      log.error({}, 'a request of Slack was not acknowledged in time');
      writeError(response, 500);
    },
  });
  host.use(EVENTS_PATH, createRouteErrorHandler(log));
  return receiver;
}
