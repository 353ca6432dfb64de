import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../../src/core/store.ts';
import type { Point } from './protocol.ts';

/**
 * A store that calls `at` when its process comes to the point that is aimed at.
 * @param aim the point, once; null: none
 */
export function watchStore(store: Store, aim: () => Point | null, at: (point: Point) => Promise<void>): Store {
  const seen = new WeakMap<Point, number>();

  function isHit(point: Point | null, method: string, args: readonly unknown[]): point is Point {
    if (point === null || point.method !== method || !JSON.stringify(args).includes(point.fits)) return false;
    const count = seen.get(point) ?? 0;
    seen.set(point, count + 1);
    return count === point.skip;
  }

  return new Proxy(store, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function' || typeof name !== 'string') return method;
      return async (...args: unknown[]) => {
        const point = aim();
        const hit = isHit(point, name, args) ? point : null;
        if (hit?.when === 'before') await at(hit);
        const result: unknown = await method.apply(target, args);
        if (hit?.when === 'after') await at(hit);
        return result;
      };
    },
  });
}

/** Long enough that two processes which are asked at once decide on the same document; else it is left to chance. */
const DECIDED_TOGETHER_MS = 250;

/** A store without the compare of compare-and-commit: a commit that comes late overwrites what it has not seen. */
export function blindCommits(store: Store): Store {
  const commit: Store['commit'] = async (wanted) => {
    await pause(DECIDED_TOGETHER_MS);
    for (let expectedVersion = wanted.expectedVersion; ; ) {
      if (await store.commit({ ...wanted, expectedVersion })) return true;
      expectedVersion = (await store.load(wanted.accountId, [])).version;
    }
  };
  return new Proxy(store, {
    get(target, name, receiver) {
      if (name === 'commit') return commit;
      const method: unknown = Reflect.get(target, name, receiver);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
}
