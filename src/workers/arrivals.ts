import { type Clock, type Millis, SECOND } from '../core/time.ts';

/** Arrivals in a window that make it part of a burst: what follows from one purchase stays far below. */
const BURST = 25;
const WINDOW: Millis = 100;

/** However long a burst goes on, what it brought is applied from here on. */
const LONGEST: Millis = 5 * SECOND;

/** Tells a burst of webhooks, such as the one that follows a tick of Dodo's meter, from single ones. */
export interface Arrivals {
  note(): void;
  /** Whether applying should wait, so that the whole burst is acknowledged first: Dodo waits for that. */
  isBurst(): boolean;
}

export function createArrivals(clock: Clock): Arrivals {
  let window = { since: 0, count: 0 };
  let burstSince: Millis | null = null;

  return {
    note() {
      const now = clock();
      if (apart(now, window.since) >= WINDOW) {
        const goesOn = window.count >= BURST && apart(now, window.since) < 2 * WINDOW;
        burstSince = goesOn ? (burstSince ?? window.since) : null;
        window = { since: now, count: 0 };
      }
      window.count += 1;
    },
    isBurst() {
      const now = clock();
      const isUnderWay = burstSince !== null || window.count >= BURST;
      const since = burstSince ?? window.since;
      return isUnderWay && apart(now, window.since) < 2 * WINDOW && apart(now, since) < LONGEST;
    },
  };
}

/** A clock that was set back must not hold anything back until it has caught up. */
function apart(one: Millis, other: Millis): Millis {
  return Math.abs(one - other);
}
