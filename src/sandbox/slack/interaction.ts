import type { Acknowledgement } from './delivery.ts';
import type { SlackMessage, SlackView } from './model.ts';
import { type SeenMessage, seenMessage } from './shown.ts';
import type { SlackStore } from './store.ts';

/** One thing that a person did, and what they saw of it. */
export interface Interaction {
  /** How the bot acknowledged it; it never rejects. */
  acknowledged: Promise<Acknowledgement>;
  /** What Slack shows when that failed: `operation_timeout` or `dispatch_failed`. */
  failure(): Promise<'operation_timeout' | 'dispatch_failed' | undefined>;
  /** The bot's messages that this person can see and that were posted or changed since, deleted ones too, oldest first. */
  messages(): SeenMessage[];
  /**
   * The first of those messages that fits, as soon as there is one.
   * @param timeoutMs real milliseconds, 15000 when left out
   * @throws Error that says what was seen instead
   */
  waitFor(fits: (message: SeenMessage) => boolean, timeoutMs?: number): Promise<SeenMessage>;
  /** The modals that were opened for this person since, oldest first. */
  views(): SlackView[];
  /** The first of those modals. @throws Error after `timeoutMs` real milliseconds (15000 when left out) */
  waitForView(timeoutMs?: number): Promise<SlackView>;
}

/** @param since the store's sequence number when it began */
export function createInteraction(
  store: SlackStore,
  userId: string,
  since: number,
  acknowledged: Promise<Acknowledgement>,
): Interaction {
  const messages = () => visibleSince(store, userId, since).map(seenMessage);
  const views = () => [...store.views.values()].filter((view) => view.userId === userId && view.sequence > since);
  return {
    acknowledged,
    messages,
    views,
    async failure() {
      const { ok, error } = await acknowledged;
      if (ok) return undefined;
      return error === 'http_timeout' ? 'operation_timeout' : 'dispatch_failed';
    },
    waitFor: (fits, timeoutMs = 15_000) =>
      waitUntil(
        store,
        () => messages().find(fits),
        timeoutMs,
        () => {
          const seen = messages().map((message) => JSON.stringify(message.text.slice(0, 200)));
          return `Expected a fitting message for ${userId} within ${timeoutMs} ms, got ${seen.join(', ') || 'none'}`;
        },
      ),
    waitForView: (timeoutMs = 15_000) =>
      waitUntil(
        store,
        () => views()[0],
        timeoutMs,
        () => `Expected a modal for ${userId} within ${timeoutMs} ms, got none`,
      ),
  };
}

/** Whether this person sees a message: it is in a conversation of theirs, and not for somebody else alone. */
export function canSee(store: SlackStore, userId: string, message: SlackMessage): boolean {
  if (message.ephemeralFor !== undefined) return message.ephemeralFor === userId;
  return store.channels.get(message.channel)?.members.has(userId) ?? false;
}

function visibleSince(store: SlackStore, userId: string, since: number): SlackMessage[] {
  return store.messages.filter(
    (message) =>
      message.fromBot && canSee(store, userId, message) && message.history.some((version) => version.sequence > since),
  );
}

function waitUntil<T>(
  store: SlackStore,
  look: () => T | undefined,
  timeoutMs: number,
  problem: () => string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(new Error(problem()));
    }, timeoutMs);
    const stop = store.onChange(check);
    check();
    function check() {
      const found = look();
      if (found === undefined) return;
      clearTimeout(timer);
      stop();
      resolve(found);
    }
  });
}
