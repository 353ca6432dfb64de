import type { Store } from '../../../core/store.ts';
import type { RedisContext } from './context.ts';
import type { SharedScripts } from './scripts/shared.ts';
import { asNumber, asTextOrNull, wellFormed, whole } from './values.ts';

/** What the processes of a fleet agree upon: leases, counters and facts. */
export function createCoordination(
  { shards, send, run, replicas }: RedisContext,
  scripts: SharedScripts,
): Pick<Store, 'lease' | 'increment' | 'fact' | 'setFact'> {
  return {
    lease: async (name, owner, ttlMs, now) => {
      const shard = shards.of(name);
      const keys = [shard.key('lease_expiry'), shard.key('leases')];
      return (await run(scripts.lease, keys, [name, wellFormed(owner), whole(now + ttlMs), whole(now)])) === 1;
    },
    increment: async (key, by, expiresAt, now) => {
      const shard = shards.of(key);
      const keys = [shard.key('counter_expiry'), shard.key('counters')];
      return asNumber(await run(scripts.increment, keys, [key, whole(by), whole(expiresAt), whole(now)]));
    },
    fact: async (name) => {
      const facts = shards.of(name).key('facts');
      return asTextOrNull(await send(facts, ['HGET', facts, name]));
    },
    setFact: async (name, value) => {
      const facts = shards.of(name).key('facts');
      await replicas.confirm(facts, () => send(facts, ['HSET', facts, name, wellFormed(value)]));
    },
  };
}
