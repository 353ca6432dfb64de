import type { Store } from '../store.ts';
import type { Clock, Millis } from '../time.ts';

/** Why nobody is answered at the moment. */
export interface Pause {
  /** The operator's words, which members read; empty: none given. */
  reason: string;
  since: Millis;
}

/** The operator's hand on the whole bot: while it is paused no ask begins. Money goes on, running answers end. */
export interface Brakes {
  /** A second pause replaces the reason. @throws RangeError when the reason is too long */
  pause(reason: string): Promise<void>;
  resume(): Promise<void>;
  /** null: asks are taken. */
  state(): Promise<Pause | null>;
}

const FACT = 'paused';

/** Members read the reason in a sentence. */
const LONGEST_REASON = 300;

/** A fact of the store, so that it holds for the whole fleet and outlives restarts. */
export function createBrakes(store: Pick<Store, 'fact' | 'setFact'>, clock: Clock): Brakes {
  return {
    async pause(reason) {
      const text = reason.trim();
      if (text.length > LONGEST_REASON) {
        throw new RangeError(`expected a reason of at most ${LONGEST_REASON} characters, got ${text.length}`);
      }
      const pause: Pause = { reason: text, since: clock() };
      await store.setFact(FACT, JSON.stringify(pause));
    },
    resume: () => store.setFact(FACT, ''),
    async state() {
      const fact = await store.fact(FACT);
      return fact === null || fact === '' ? null : (JSON.parse(fact) as Pause);
    },
  };
}
