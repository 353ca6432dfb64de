import { LRUCache } from 'lru-cache';

/** What was last read or written of a table, so that it need not be read again. */
export interface Memory<Value extends object> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
}

/** For whoever is alone on the store: nobody else changes what it remembers. @param most entries; the longest unused one goes */
export function createMemory<Value extends object>(most: number): Memory<Value> {
  return new LRUCache<string, Value>({ max: most });
}

/** For whoever reads beside the one who writes. */
export const noMemory: Memory<never> = { get: () => undefined, set() {}, delete() {} };
