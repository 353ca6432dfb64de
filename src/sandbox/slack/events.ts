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

/** What a bot token must be allowed for an event to come. Source: https://docs.slack.dev/reference/events */
const SCOPES: Readonly<Record<string, string>> = {
  app_mention: 'app_mentions:read',
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  'message.im': 'im:history',
};

interface PendingRetry {
  payload: object;
  attempt: number;
  reason: NonNullable<Acknowledgement['error']>;
  dueAt: number;
}

/** The Events API: sends what the app subscribed to, and again when it is not acknowledged. */
export interface SlackEvents {
  /** The names the app is subscribed to, for example `app_mention`, `message.im`. */
  subscriptions: string[];
  /** Whether an event that is sent again gets an id of its own. */
  retriesWithNewId: boolean;
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

  async function attempt(payload: object, number: number, reason?: PendingRetry['reason']): Promise<Acknowledgement> {
    const retry = reason && { attempt: number, reason };
    const acknowledged = await deliver({ kind: 'event', payload, ...(retry && { retry }) });
    const refused = acknowledged.headers['x-slack-no-retry'] === '1';
    const delay = RETRY_AFTER_MS[number];
    if (!acknowledged.ok && !refused && delay !== undefined) {
      const failure = acknowledged.error ?? 'http_error';
      waiting.push({ payload, attempt: number + 1, reason: failure, dueAt: world.now() + delay });
    }
    return acknowledged;
  }

  return {
    subscriptions: [...DEFAULT_SUBSCRIPTIONS],
    retriesWithNewId: false,
    async send(teamId, subscription, event) {
      if (!this.subscriptions.includes(subscription) || !mayReceive(world, teamId, subscription)) return undefined;
      return attempt(eventPayload(world, teamId, event), 0);
    },
    async retryDue() {
      const due = waiting.filter((retry) => retry.dueAt <= world.now());
      waiting = waiting.filter((retry) => retry.dueAt > world.now());
      for (const { payload, attempt: number, reason } of due) {
        const renamed = this.retriesWithNewId && { event_id: world.store.ids.id('Ev') };
        await attempt({ ...payload, ...renamed }, number, reason);
      }
      return due.length;
    },
    pending: () => waiting.map(({ attempt: number, reason, dueAt }) => ({ attempt: number, reason, dueAt })),
    clear() {
      waiting = [];
      this.subscriptions = [...DEFAULT_SUBSCRIPTIONS];
      this.retriesWithNewId = false;
    },
  };
}

function mayReceive(world: SlackWorld, teamId: string, subscription: string): boolean {
  const scope = SCOPES[subscription];
  return scope === undefined || (world.store.installationOf(teamId)?.scopes.includes(scope) ?? false);
}
