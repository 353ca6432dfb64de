import type { SlackEvent } from '@slack/types';
import type { Acknowledgement, Deliver } from './delivery.ts';
import { eventPayload } from './payloads.ts';
import type { SlackWorld } from './world.ts';

/** After a failure: nearly at once, after a minute, after five. Source: https://docs.slack.dev/apis/events-api */
const RETRY_AFTER_MS = [0, 60_000, 300_000];

/** What an app of this kind subscribes to. */
const DEFAULT_SUBSCRIPTIONS = [
  'agent_session_stopped',
  'app_home_opened',
  'app_mention',
  'app_uninstalled',
  'message.channels',
  'message.groups',
  'message.im',
  'tokens_revoked',
];

interface PendingRetry {
  body: string;
  attempt: number;
  reason: string;
  dueAt: number;
}

/** The Events API: sends what the app subscribed to, and again when it is not acknowledged. */
export interface SlackEvents {
  /** The names the app is subscribed to, for example `app_mention`, `message.im`. */
  subscriptions: string[];
  /** @returns the first attempt's acknowledgement, or undefined when the app is not subscribed */
  send(teamId: string, subscription: string, event: SlackEvent): Promise<Acknowledgement | undefined>;
  /** Sends every retry whose time has come by the simulator's clock. @returns how many were sent */
  retryDue(): Promise<number>;
  /** When the waiting retries are due, in milliseconds of the simulator's clock. */
  pending(): { attempt: number; reason: string; dueAt: number }[];
  clear(): void;
}

export function createEvents(world: SlackWorld, deliver: Deliver): SlackEvents {
  let waiting: PendingRetry[] = [];

  async function attempt(body: string, number: number, reason?: string): Promise<Acknowledgement> {
    const headers = reason && { 'X-Slack-Retry-Num': String(number), 'X-Slack-Retry-Reason': reason };
    const acknowledged = await deliver({
      kind: 'event',
      contentType: 'application/json',
      body,
      ...(headers && { headers }),
    });
    const refused = acknowledged.headers['x-slack-no-retry'] === '1';
    const delay = RETRY_AFTER_MS[number];
    if (!acknowledged.ok && !refused && delay !== undefined) {
      const failure = acknowledged.error ?? 'unknown_error';
      waiting.push({ body, attempt: number + 1, reason: failure, dueAt: world.now() + delay });
    }
    return acknowledged;
  }

  return {
    subscriptions: [...DEFAULT_SUBSCRIPTIONS],
    async send(teamId, subscription, event) {
      if (!this.subscriptions.includes(subscription)) return undefined;
      return attempt(JSON.stringify(eventPayload(world, teamId, event)), 0);
    },
    async retryDue() {
      const due = waiting.filter((retry) => retry.dueAt <= world.now());
      waiting = waiting.filter((retry) => retry.dueAt > world.now());
      for (const retry of due) await attempt(retry.body, retry.attempt, retry.reason);
      return due.length;
    },
    pending: () => waiting.map(({ attempt: number, reason, dueAt }) => ({ attempt: number, reason, dueAt })),
    clear() {
      waiting = [];
      this.subscriptions = [...DEFAULT_SUBSCRIPTIONS];
    },
  };
}
