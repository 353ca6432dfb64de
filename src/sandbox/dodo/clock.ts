/** A clock that runs with its base and can be put forward. */
export interface VirtualClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Puts the clock forward by `ms` milliseconds. Throws RangeError on a negative value. */
  advance(ms: number): void;
}

/**
 * @param base the clock underneath
 * @param moved called after each `advance`
 */
export function createVirtualClock(base: () => number, moved: () => void): VirtualClock & { reset(): void } {
  let offset = 0;
  return {
    now: () => base() + offset,
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`expected milliseconds of 0 or more, got ${ms}`);
      offset += ms;
      moved();
    },
    reset() {
      offset = 0;
    },
  };
}

const DAY_MS = 86_400_000;

/** `ms` plus a number of billing intervals; a month end stays a month end (31 January + 1 Month = 28 or 29 February). */
export function addInterval(ms: number, count: number, interval: 'Day' | 'Week' | 'Month' | 'Year'): number {
  if (interval === 'Day') return ms + count * DAY_MS;
  if (interval === 'Week') return ms + count * 7 * DAY_MS;
  const from = new Date(ms);
  const months = interval === 'Month' ? count : count * 12;
  const to = new Date(ms);
  to.setUTCDate(1);
  to.setUTCMonth(from.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return to.getTime();
}

export function addDays(ms: number, days: number): number {
  return ms + days * DAY_MS;
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
