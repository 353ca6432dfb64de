import type { SlackFaults } from './faults.ts';
import type { SlackDelivery } from './model.ts';

/** How the bot answered a request from Slack. `status` and `body` are absent when no answer came in time. */
export interface Acknowledgement {
  ok: boolean;
  /** Of HTTP; an acknowledgement through a socket has none. */
  status?: number;
  /** Until the answer or the failure, in milliseconds of real time. */
  ms: number;
  body: string;
  headers: Record<string, string>;
  error?: 'http_timeout' | 'connection_failed' | 'http_error';
}

/** What Slack has to tell the bot, whichever way the bot listens. */
export interface Outgoing {
  kind: SlackDelivery['kind'];
  payload: object;
  /** Of an event that was not acknowledged before: 1, 2 or 3, and what went wrong. */
  retry?: { attempt: number; reason: NonNullable<Acknowledgement['error']> };
}

/** Brings something to the bot and waits for the acknowledgement, at most the deadline. It never rejects. */
export type Deliver = (outgoing: Outgoing) => Promise<Acknowledgement>;

/** How the app listens; in Slack it is the switch "Socket Mode" of the app's settings. */
export type Transport = 'http' | 'socket';

/** Brings everything the way the app listens at that moment. */
export function createDelivery(
  ways: Record<Transport, Deliver>,
  transport: () => Transport,
  faults: Pick<SlackFaults, 'deaf'>,
): Deliver {
  return async (outgoing) => {
    const answer = await ways[transport()](outgoing);
    return faults.deaf ? { ok: false, ms: answer.ms, body: '', headers: {}, error: 'http_timeout' } : answer;
  };
}
