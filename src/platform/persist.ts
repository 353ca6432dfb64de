import { PlatformError } from '../core/chat/chat.ts';
import type { Clock, Millis } from '../core/time.ts';

/** Calls `run` once after `delay` milliseconds; the returned function takes that back. */
export type SetTimer = (delay: Millis, run: () => void) => () => void;

export const setTimer: SetTimer = (delay, run) => {
  const timer = setTimeout(run, delay);
  return () => clearTimeout(timer);
};

export interface PersistOptions {
  /** No attempt starts later than this after the first, in milliseconds. */
  withinMs: Millis;
  clock: Clock;
  setTimer?: SetTimer;
  /** Told of each failure that is followed by another attempt. */
  onFault?: ((error: unknown) => void) | undefined;
}

const FIRST_PAUSE: Millis = 500;
const LONGEST_PAUSE: Millis = 8_000;

/** Resolves after `delay`. */
export function pause(delay: Millis, timer: SetTimer = setTimer): Promise<void> {
  return new Promise((resolve) => {
    timer(delay, resolve);
  });
}

/**
 * Tries until it works, as long as the platform is only busy or away; waits as long as the platform asks.
 * Throws what the last attempt threw; at once when that is refused or no PlatformError.
 */
export async function persist<Result>(run: () => Promise<Result>, options: PersistOptions): Promise<Result> {
  const deadline = options.clock() + options.withinMs;
  for (let next = FIRST_PAUSE; ; next = Math.min(next * 2, LONGEST_PAUSE)) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof PlatformError) || error.fault === 'refused') throw error;
      const delay = error.retryAfterMs ?? next;
      if (options.clock() + delay > deadline) throw error;
      options.onFault?.(error);
      await pause(delay, options.setTimer);
    }
  }
}
