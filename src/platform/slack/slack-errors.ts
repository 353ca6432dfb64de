import { webApi } from '@slack/bolt';
import { PlatformError } from '../../core/chat/chat.ts';
import { NEVER_SENT } from '../never-sent.ts';

type Fault = PlatformError['fault'];

/** Errors of a call that was not carried out and may be tried again later. */
const UNAVAILABLE = new Set([
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'external_channel_migrating',
]);

/**
 * Errors after which some of the call may have been carried out.
 * Source: the common errors of every method, for example https://docs.slack.dev/reference/methods/chat.postMessage
 */
const UNANSWERED = new Set(['internal_error', 'fatal_error']);

const RATE_LIMITED = new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded']);

/** Slack's own error code, such as `not_in_channel`, behind an error of this platform; null when there is none. */
export function slackCode(error: unknown): string | null {
  if (error instanceof PlatformError) return slackCode(error.cause);
  return error instanceof webApi.WebAPIPlatformError ? error.data.error : null;
}

/**
 * What a failed call to Slack means.
 * @param what the call, for example `chat.update`
 */
export function toPlatformError(error: unknown, what: string): PlatformError {
  if (error instanceof PlatformError) return error;
  if (error instanceof webApi.WebAPIRateLimitedError) {
    const retryAfterMs = error.retryAfter * 1_000;
    return new PlatformError('rate_limited', `Slack limits ${what}`, { retryAfterMs, cause: error });
  }
  if (error instanceof webApi.WebAPIPlatformError) {
    const code = error.data.error;
    const isCode = /^[a-z_]+$/.test(code);
    const fault = isCode ? faultOfCode(code) : 'unanswered';
    return new PlatformError(fault, `Slack answered ${what} with ${isCode ? code : 'something that is not JSON'}`, {
      cause: error,
    });
  }
  if (error instanceof webApi.WebAPIHTTPError) {
    const message = `Slack answered ${what} with HTTP ${error.statusCode}`;
    return new PlatformError(faultOfStatus(error.statusCode), message, { cause: error });
  }
  const original = error instanceof webApi.WebAPIRequestError ? error.original : error;
  return new PlatformError(faultOfNetwork(original), `Slack did not answer ${what}`, { cause: error });
}

/** A status other than 200: 503 was not carried out, other 5xx may have been. */
export function faultOfStatus(status: number): Fault {
  if (status === 429) return 'rate_limited';
  if (status === 503) return 'unavailable';
  return status >= 500 ? 'unanswered' : 'refused';
}

/** A request without an answer: whether Slack can have received it. */
export function faultOfNetwork(error: unknown): Fault {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && NEVER_SENT.has(at.code)) return 'unavailable';
  }
  return 'unanswered';
}

function faultOfCode(code: string): Fault {
  if (RATE_LIMITED.has(code)) return 'rate_limited';
  if (UNAVAILABLE.has(code)) return 'unavailable';
  return UNANSWERED.has(code) ? 'unanswered' : 'refused';
}
