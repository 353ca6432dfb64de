import type { webApi } from '@slack/bolt';
import type { Log } from '../../core/log.ts';
import { SECOND } from '../../core/time.ts';
import { createBoltLogger } from './bolt-logger.ts';

export type ClientSettings = webApi.WebClientOptions;

const TIMEOUT = 10 * SECOND;

/**
 * How the Web API is called: no retry of the client's own, since a repeated chat.postMessage is a second message; what
 * may be tried again is decided where the call is made.
 * @param apiUrl for example https://slack.com/api/
 */
export function createClientOptions(apiUrl: string, log: Log): ClientSettings {
  return {
    slackApiUrl: apiUrl,
    timeout: TIMEOUT,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: createBoltLogger(log),
  };
}
