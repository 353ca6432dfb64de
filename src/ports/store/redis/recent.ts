/** What came last, by key. */
export interface Recent<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
}

/**
 * Keeps at least the last `few` values, and at most twice as many. To forget a whole map costs nothing; to look for the
 * oldest of one that forgets one by one costs more and more.
 */
export function createRecent<Value>(few: number): Recent<Value> {
  let recent = new Map<string, Value>();
  let before = new Map<string, Value>();
  return {
    get: (key) => recent.get(key) ?? before.get(key),
    set(key, value) {
      recent.set(key, value);
      if (recent.size < few) return;
      before = recent;
      recent = new Map();
    },
    delete(key) {
      recent.delete(key);
      before.delete(key);
    },
  };
}
