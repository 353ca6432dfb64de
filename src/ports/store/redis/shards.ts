import { pair, wellFormed } from './values.ts';

/** Part of the layout: another number would look for every account elsewhere. */
const SHARDS = 16;

/** A shard's keys. They share a hash tag, so that a cluster keeps them on one node and a script may use them together. */
export interface Shard {
  number: number;
  /** Rows in the order in which row scripts name them, and their indexes. */
  rowKeys: readonly string[];
  deadKeys: readonly string[];
  key(name: string): string;
  account(accountId: string): string;
  history(accountId: string, kind: string): string;
}

export interface Shards {
  all: readonly Shard[];
  /** Shards that one script may look at together: all of them on a single server, each alone in a cluster. */
  groups: readonly (readonly Shard[])[];
  /** The shard of an account, or of anything else that has a name. */
  of(name: string): Shard;
}

/** @param prefix begins every key, so that the database may hold other things too */
export function createShards(prefix: string, isCluster: boolean): Shards {
  const all = Array.from({ length: SHARDS }, (_, number) => createShard(prefix, number));
  return {
    all,
    groups: isCluster ? all.map((shard) => [shard]) : [all],
    of: (name) => at(all, hashOf(wellFormed(name)) % SHARDS),
  };
}

function createShard(prefix: string, number: number): Shard {
  const key = (name: string): string => `${prefix}:{s${number}}:${name}`;
  return {
    number,
    rowKeys: ['rows', 'order', 'sequence'].map(key),
    deadKeys: ['dead', 'letters', 'dead_counts'].map(key),
    key,
    account: (accountId) => key(`account:${accountId}`),
    history: (accountId, kind) => key(`history:${pair(accountId, kind)}`),
  };
}

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), folded so that every bit counts in the lowest. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The element that must be there. */
export function at<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new RangeError(`Expected an element ${index} of ${list.length}, found none`);
  return element;
}
