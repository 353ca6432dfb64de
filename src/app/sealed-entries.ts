import type { Millis } from '../core/time.ts';
import { createEncryptedKeyv } from '../ports/store/encrypted-keyv.ts';
import type { Outside } from './outside.ts';

/** What the core keeps for a while, under keys of its own. Its methods throw when the store is down. */
export interface SealedEntries<Value> {
  keep(key: string, value: Value, ttlMs: Millis): Promise<void>;
  find(key: string): Promise<Value | null>;
  drop(key: string): Promise<void>;
}

/** @param namespace keeps the keys of one use from those of another */
export function createSealedEntries<Value>({ opened, secrets }: Outside, namespace: string): SealedEntries<Value> {
  const keyv = createEncryptedKeyv<Value>({ store: opened.keyvAdapter(), namespace, secrets });
  return {
    async keep(key, value, ttlMs) {
      await keyv.set(key, value, ttlMs);
    },
    find: async (key) => (await keyv.get(key)) ?? null,
    async drop(key) {
      await keyv.delete(key);
    },
  };
}
