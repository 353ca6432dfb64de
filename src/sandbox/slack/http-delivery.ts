import type { Acknowledgement, Outgoing } from './delivery.ts';
import type { SlackDelivery } from './model.ts';
import { signatureHeaders } from './signing.ts';
import type { SlackWorld } from './world.ts';

/** As `Deliver`; what is sent can carry another signature than the right one. */
export type DeliverByHttp = (
  outgoing: Outgoing & { signature?: (body: string) => Record<string, string> },
) => Promise<Acknowledgement>;

/** @param eventsUrl where the bot listens; undefined when nobody said */
export function createHttpDelivery(world: SlackWorld, eventsUrl: () => string | undefined): DeliverByHttp {
  const sign = (body: string) => signatureHeaders(world.settings.signingSecret, world.wallNow(), body);
  return async ({ kind, payload, retry, signature = sign }) => {
    const { contentType, body } = encode(kind, payload);
    const sent: Record<string, string> = {
      'Content-Type': contentType,
      'User-Agent': 'Slackbot 1.0 (simulator)',
      ...signature(body),
      ...(retry && { 'X-Slack-Retry-Num': String(retry.attempt), 'X-Slack-Retry-Reason': retry.reason }),
    };
    const record: SlackDelivery = { at: world.now(), kind, headers: sent, body };
    world.store.deliveries.push(record);
    const answer = await post(eventsUrl(), sent, body, world.settings.ackDeadlineMs);
    if (answer.status !== undefined) record.status = answer.status;
    if (answer.error) record.error = answer.error;
    return answer;
  };
}

const FORM = 'application/x-www-form-urlencoded';

/** A command is a form, an interaction a form with one field of JSON, everything else JSON. */
function encode(kind: SlackDelivery['kind'], payload: object): { contentType: string; body: string } {
  if (kind === 'command') {
    return { contentType: FORM, body: new URLSearchParams(Object.entries(payload)).toString() };
  }
  const json = JSON.stringify(payload);
  if (kind !== 'interactivity') return { contentType: 'application/json', body: json };
  return { contentType: FORM, body: new URLSearchParams({ payload: json }).toString() };
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
