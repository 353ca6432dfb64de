import { type Clock, MINUTE, type Millis } from '../../core/time.ts';

const REMEMBERED_FOR: Millis = 15 * MINUTE;

/** Remembers ids for a quarter of an hour; true for one that was not there. */
export function createSeen(clock: Clock): (id: string) => boolean {
  const seen = new Map<string, Millis>();
  return (id) => {
    const now = clock();
    // A Map keeps the order of insertion: the oldest stand first.
    for (const [old, at] of seen) {
      if (now - at < REMEMBERED_FOR) break;
      seen.delete(old);
    }
    if (seen.has(id)) return false;
    seen.set(id, now);
    return true;
  };
}
