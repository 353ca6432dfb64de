import { PlatformError } from '../../core/chat/chat.ts';
import type { SetTimer } from '../edit-pacer.ts';
import { toPlatformError } from './slack-errors.ts';

const ATTEMPTS = 3;
const FIRST_PAUSE = 500;
/** A member waits for the reply: a longer Retry-After is not waited for. */
const LONGEST_PAUSE = 10_000;

/**
 * Makes one call.
 * @param what the call, for example `chat.update`
 * @throws PlatformError
 */
export async function callSlack<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toPlatformError(error, what);
  }
}

/**
 * Tries again what Slack surely did not carry out: a rate limit, or a request that never reached it.
 * @throws PlatformError of the last attempt
 */
export async function withRetries<T>(setTimer: SetTimer, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const pause = error instanceof PlatformError ? (error.retryAfterMs ?? FIRST_PAUSE * attempt) : 0;
      if (attempt === ATTEMPTS || pause > LONGEST_PAUSE || !isNotDone(error)) throw error;
      await new Promise<void>((resolve) => {
        setTimer(pause, resolve);
      });
    }
  }
}

function isNotDone(error: unknown): boolean {
  return error instanceof PlatformError && (error.fault === 'rate_limited' || error.fault === 'unavailable');
}
