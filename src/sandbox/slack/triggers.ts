import { SlackApiError } from './api-error.ts';
import type { SlackStore } from './store.ts';
import type { Triggers } from './world.ts';

/** Source: https://docs.slack.dev/interactivity/handling-user-interaction */
const LIFETIME_MS = 3000;

export function createTriggers(store: SlackStore, now: () => number): Triggers {
  const issued = new Map<string, { userId: string; at: number; used: boolean }>();
  return {
    issue(userId) {
      const id = `${Math.floor(now())}.${store.ids.sequence()}.${store.ids.secret()}`;
      issued.set(id, { userId, at: now(), used: false });
      return id;
    },
    exchange(triggerId) {
      const trigger = issued.get(triggerId);
      if (!trigger) throw new SlackApiError('invalid_trigger_id');
      if (now() - trigger.at > LIFETIME_MS) throw new SlackApiError('expired_trigger_id');
      if (trigger.used) throw new SlackApiError('exchanged_trigger_id');
      trigger.used = true;
      return trigger.userId;
    },
    clear: () => issued.clear(),
  };
}
