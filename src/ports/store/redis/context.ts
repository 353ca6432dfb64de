import type { Millis } from '../../../core/store.ts';
import type { Replicas } from './replicas.ts';
import type { RunScript } from './run-script.ts';
import type { LuaScript } from './scripts/script.ts';
import type { Shards } from './shards.ts';

/** What the parts of the store share. */
export interface RedisContext {
  shards: Shards;
  now(): Millis;
  /** A plain command at the node of its key. */
  send(key: string, args: readonly string[]): Promise<unknown>;
  run: RunScript;
  /** Runs a script whose writes must outlive a failover: see `Replicas`. */
  runDurably(script: LuaScript, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown>;
  replicas: Replicas;
}
