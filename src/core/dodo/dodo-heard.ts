import type { Store } from '../store.ts';
import { type Clock, type Millis, SECOND } from '../time.ts';

/** When any process last heard from Dodo: a 2xx answer or a verified webhook. */
export interface DodoHeard {
  note(): void;
  /** null: never. */
  at(): Promise<Millis | null>;
}

const FACT = 'dodo_heard_at';

/** The store is written and read this seldom; the figure is compared with minutes. */
const SHARED_EVERY: Millis = 5 * SECOND;

/** Remembers in the process and, every few seconds, in the store for the others and for the next start. */
export function createDodoHeard(store: Store, clock: Clock): DodoHeard {
  let here: Millis | null = null;
  let written: Millis | null = null;
  let shared: { at: Millis | null; readAt: Millis } | null = null;

  return {
    note() {
      here = clock();
      if (written !== null && here - written < SHARED_EVERY) return;
      written = here;
      // A store that is down refuses asks by itself; the figure is written again in a few seconds.
      store.setFact(FACT, String(here)).catch(() => {
        written = null;
      });
    },
    async at() {
      const now = clock();
      if (here !== null && now - here < SHARED_EVERY) return here;
      if (shared === null || now - shared.readAt >= SHARED_EVERY) {
        const fact = await store.fact(FACT);
        shared = { at: fact === null ? null : Number(fact), readAt: now };
      }
      return here === null ? shared.at : Math.max(here, shared.at ?? 0);
    },
  };
}
