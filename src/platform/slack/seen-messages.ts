import { type Clock, HOUR, type Millis } from '../../core/time.ts';

/** Slack sends an event again for about six minutes. Source: https://docs.slack.dev/apis/events-api#retries */
const REMEMBERED: Millis = 1 * HOUR;
const MAX_KNOWN = 20_000;

/** Remembers what was taken up, so that this process does not begin it twice; the hold makes that certain for the fleet. */
export interface SeenMessages {
  /** Whether none of these names was seen before; from now on all of them are. */
  isNew(names: readonly string[]): boolean;
}

export function createSeenMessages(clock: Clock): SeenMessages {
  const seenAt = new Map<string, Millis>();

  function forget(now: Millis): void {
    for (const [name, at] of seenAt) {
      if (now - at < REMEMBERED && seenAt.size <= MAX_KNOWN) return;
      seenAt.delete(name);
    }
  }

  return {
    isNew(names) {
      const now = clock();
      forget(now);
      const isNew = names.every((name) => !seenAt.has(name));
      for (const name of names) if (!seenAt.has(name)) seenAt.set(name, now);
      return isNew;
    },
  };
}
