import type { Millis } from '../../core/time.ts';
import { within } from '../../core/within.ts';

/** The turns that have begun and not ended. */
export interface UnderWay {
  /** @returns the same promise */
  add(turn: Promise<void>): Promise<void>;
  /** Resolves when none is left, or after `ms`; never throws. */
  ended(ms: Millis): Promise<void>;
}

export function createUnderWay(): UnderWay {
  const turns = new Set<Promise<void>>();
  return {
    add(turn) {
      turns.add(turn);
      const remove = () => void turns.delete(turn);
      turn.then(remove, remove);
      return turn;
    },
    async ended(ms) {
      await within(Promise.allSettled(turns), ms);
    },
  };
}
