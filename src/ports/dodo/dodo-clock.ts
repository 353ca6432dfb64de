import type { Clock, Millis } from '../../core/time.ts';

/** Dodo's time of day, learned from the `Date` header of its answers. */
export interface DodoClock {
  /** Dodo's time as far as it is known; our own clock before the first answer. */
  now(): Millis;
  /** Takes the `Date` header of an answer that just came; one that is missing or unreadable changes nothing. */
  hear(dateHeader: string | null): void;
}

/**
 * Dodo refuses usage events that are over an hour old or more than 5 minutes ahead
 * (https://docs.dodopayments.com/api-reference/usage-events/ingest-events), so a drifting clock of ours must not decide.
 * The header has whole seconds and was written before it travelled: the time told is late by about a second, never ahead.
 */
export function createDodoClock(clock: Clock): DodoClock {
  let offset: Millis = 0;
  return {
    now: () => clock() + offset,
    hear(dateHeader) {
      const heard = dateHeader === null ? Number.NaN : Date.parse(dateHeader);
      if (Number.isFinite(heard)) offset = heard - clock();
    },
  };
}
