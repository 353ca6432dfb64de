import type { Millis } from '../../../core/store.ts';
import type { RedisContext } from './context.ts';
import type { SharedScripts } from './scripts/shared.ts';
import { asNumber, whole } from './values.ts';

/** Redis does one thing at a time: forgetting a day's keys at once would hold up every commit meanwhile. */
const CHUNK = 500;

const EXPIRING: readonly (readonly string[])[] = [
  ['seen'],
  ['once'],
  ['counter_expiry', 'counters'],
  ['lease_expiry', 'leases'],
];

/** Forgets what has expired, a chunk at a time. */
export function createSweep({ shards, run }: RedisContext, { sweep }: SharedScripts): (now: Millis) => Promise<void> {
  return async (now) => {
    for (const shard of shards.all)
      for (const names of EXPIRING) {
        const keys = names.map(shard.key);
        while (asNumber(await run(sweep, keys, [whole(now), CHUNK])) === CHUNK);
      }
  };
}
