import type { APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import type { Acknowledgement, StoredInteraction, World } from '../world.ts';
import { type VisibleMessage, visibleMessage } from './visible-message.ts';

const DEFAULT_WAIT_MS = 15_000;

/** Something a member did, and what they see of the app's answer. */
export interface MemberInteraction {
  id: string;
  record: StoredInteraction;
  /** Resolves when the app has acknowledged; rejects when the member is told that it did not. */
  acknowledged: Promise<Acknowledgement>;
  /** Resolves when the answer shows (a deferred one is filled in), or the member is told that there is none. */
  done: Promise<void>;
  /** What the member is told when there is no answer, such as "The application did not respond". */
  failure(): string | null;
  /** The original and the follow-ups, as this member sees them now. */
  messages(): VisibleMessage[];
  /** The answer itself: the original response, or undefined while there is none. */
  reply(): VisibleMessage | undefined;
  modal(): APIModalInteractionResponseCallbackData | null;
  /**
   * Waits until the messages fulfil a condition.
   * @throws Error after `timeoutMs` (default 5000), with what the member saw instead
   */
  waitFor(condition: (messages: VisibleMessage[]) => boolean, timeoutMs?: number): Promise<VisibleMessage[]>;
}

/** The member's view of an interaction. */
export function watchInteraction(world: World, record: StoredInteraction): MemberInteraction {
  const { messages: stored } = world.store;
  const seen = (id: string): VisibleMessage[] => {
    const message = stored.get(id);
    if (!message || message.deleted) return [];
    return message.ephemeralTo === null || message.ephemeralTo === record.userId ? [visibleMessage(message)] : [];
  };
  const messages = () => {
    const ids = new Set([...(record.originalId ? [record.originalId] : []), ...record.messageIds]);
    return [...ids].flatMap(seen);
  };
  const describe = () => {
    const texts = messages().map(({ content, loading }) => (loading ? '(thinking…)' : JSON.stringify(content)));
    const failure = record.failure ? ` ${record.failure}: ${record.failureCause}.` : '';
    return `the member saw ${texts.length > 0 ? texts.join(', ') : 'nothing'}.${failure}`;
  };
  const settled = () => {
    if (record.failure !== null) return true;
    const original = record.originalId ? stored.get(record.originalId) : undefined;
    return record.ack && !original?.loading ? true : undefined;
  };
  // The app may take its time over an answer: only the interaction token's life bounds it.
  const lifeMs = 15 * 60_000;
  const acknowledged = world.changes
    .until(() => record.ack ?? record.failure ?? undefined, lifeMs, describe)
    .then((ack) => {
      if (typeof ack === 'string') throw new Error(`${ack}: ${record.failureCause}`);
      return ack;
    });
  const done = world.changes.until(settled, lifeMs, describe).then(() => {});
  // Nobody has to look at either.
  for (const promise of [acknowledged, done]) promise.catch(() => {});
  return {
    id: record.id,
    record,
    acknowledged,
    done,
    failure: () => record.failure,
    messages,
    reply: () => (record.originalId ? seen(record.originalId)[0] : undefined),
    modal: () => record.modal,
    waitFor(condition, timeoutMs = DEFAULT_WAIT_MS) {
      const probe = () => {
        const now = messages();
        return condition(now) ? now : undefined;
      };
      return world.changes.until(probe, timeoutMs, describe);
    },
  };
}
