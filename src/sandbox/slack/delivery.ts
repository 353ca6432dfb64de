import type { SlackDelivery } from './model.ts';
import { signatureHeaders } from './signing.ts';
import type { SlackWorld } from './world.ts';

/** How the bot answered a request from Slack. `status` and `body` are absent when no answer came in time. */
export interface Acknowledgement {
  ok: boolean;
  status?: number;
  /** Until the answer or the failure, in milliseconds of real time. */
  ms: number;
  body: string;
  headers: Record<string, string>;
  error?: 'http_timeout' | 'connection_failed' | 'http_error';
}

interface Outgoing {
  kind: SlackDelivery['kind'];
  contentType: 'application/json' | 'application/x-www-form-urlencoded';
  body: string;
  headers?: Record<string, string>;
  /** In place of the right signature headers. */
  signature?: Record<string, string>;
}

/** Sends signed requests to the bot and waits for the acknowledgement, at most the deadline. It never rejects. */
export type Deliver = (outgoing: Outgoing) => Promise<Acknowledgement>;

/** @param eventsUrl where the bot listens; undefined when nobody said */
export function createDelivery(world: SlackWorld, eventsUrl: () => string | undefined): Deliver {
  return async ({ kind, contentType, body, headers = {}, signature }) => {
    const signed = signature ?? signatureHeaders(world.settings.signingSecret, world.wallNow(), body);
    const sent = { 'Content-Type': contentType, 'User-Agent': 'Slackbot 1.0 (simulator)', ...signed, ...headers };
    const record: SlackDelivery = { at: world.now(), kind, headers: sent, body };
    world.store.deliveries.push(record);
    const answer = await post(eventsUrl(), sent, body, world.settings.ackDeadlineMs);
    if (answer.status !== undefined) record.status = answer.status;
    if (answer.error) record.error = answer.error;
    return answer;
  };
}

async function post(
  url: string | undefined,
  headers: Record<string, string>,
  body: string,
  deadlineMs: number,
): Promise<Acknowledgement> {
  const started = performance.now();
  const failed = (error: 'http_timeout' | 'connection_failed'): Acknowledgement => ({
    ok: false,
    ms: performance.now() - started,
    body: '',
    headers: {},
    error,
  });
  if (url === undefined) return failed('connection_failed');
  try {
    const signal = AbortSignal.timeout(deadlineMs);
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const text = await response.text();
    return {
      ok: response.ok,
      status: response.status,
      ms: performance.now() - started,
      body: text,
      headers: Object.fromEntries(response.headers),
      ...(!response.ok && { error: 'http_error' as const }),
    };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    return failed(timedOut ? 'http_timeout' : 'connection_failed');
  }
}
