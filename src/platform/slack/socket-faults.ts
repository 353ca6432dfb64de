import type { Millis } from '../../core/time.ts';
import { slackCode, toPlatformError } from './slack-errors.ts';

/** Slack will not give this app a connection until its operator changes something; the message says what. */
export class SocketRefusedError extends Error {
  override name = 'SocketRefusedError';
}

const MAKE_TOKEN =
  'Make one at https://api.slack.com/apps under "Basic Information", "App-Level Tokens", with the scope ' +
  'connections:write, set SLACK_APP_TOKEN to it and start again.';
const UNKNOWN_TOKEN = `Slack does not know the app-level token. ${MAKE_TOKEN}`;
const ENDED_TOKEN = `The app-level token was revoked or has expired. ${MAKE_TOKEN}`;
const NARROW_TOKEN = `The app-level token lacks the scope connections:write. ${MAKE_TOKEN}`;

/** Source: https://docs.slack.dev/reference/methods/apps.connections.open */
const CURES: Readonly<Record<string, string>> = {
  invalid_auth: UNKNOWN_TOKEN,
  not_authed: UNKNOWN_TOKEN,
  not_allowed_token_type: `SLACK_APP_TOKEN is not an app-level token, which begins with xapp-. ${MAKE_TOKEN}`,
  token_revoked: ENDED_TOKEN,
  token_expired: ENDED_TOKEN,
  missing_scope: NARROW_TOKEN,
  no_permission: NARROW_TOKEN,
};

const SWITCHED_OFF =
  'Socket Mode is switched off for this app. Switch it on at https://api.slack.com/apps under "Socket Mode" and start ' +
  'again, or leave SLACK_APP_TOKEN empty to listen over HTTP.';

/** What an attempt to connect failed with. */
export interface SocketFault {
  /** Set when trying again is no use. */
  fatal: SocketRefusedError | null;
  /** Slack's wish, in milliseconds; 0 when it has none. */
  retryAfterMs: Millis;
  reason: string;
}

/**
 * @param error what opening the connection was rejected with; undefined when it was closed before Slack greeted
 * @param reason what Slack said last when it ended a connection, for example `refresh_requested`
 */
export function readSocketFault(error: unknown, reason: string | null): SocketFault {
  if (reason === 'link_disabled') return { fatal: new SocketRefusedError(SWITCHED_OFF), retryAfterMs: 0, reason };
  if (error === undefined) return { fatal: null, retryAfterMs: 0, reason: reason ?? 'closed' };
  const fault = toPlatformError(error, 'apps.connections.open');
  const code = slackCode(fault);
  const isFinal = fault.fault === 'refused' && code !== null;
  return { fatal: isFinal ? refusedWith(code) : null, retryAfterMs: fault.retryAfterMs ?? 0, reason: fault.message };
}

function refusedWith(code: string): SocketRefusedError {
  const cure = CURES[code] ?? 'Look at the app and its workspace at https://api.slack.com/apps, then start again.';
  return new SocketRefusedError(`Slack refuses the connection of Socket Mode (${code}). ${cure}`);
}
