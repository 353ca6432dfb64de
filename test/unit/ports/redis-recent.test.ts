import { describe, expect, it } from 'vitest';
import { createRecent } from '../../../src/ports/store/redis/recent.ts';

describe('what came last', () => {
  it('keeps the last few, and no more than twice as many', () => {
    const recent = createRecent<number>(3);
    for (let n = 1; n <= 100; n += 1) {
      recent.set(`${n}`, n);
      const kept = Array.from({ length: n }, (_, index) => index + 1).filter((key) => recent.get(`${key}`) === key);
      expect(kept.slice(-3)).toEqual([n - 2, n - 1, n].filter((key) => key > 0));
      expect(kept.length).toBeLessThanOrEqual(6);
    }
  });

  it('has the newest value of a key, and none once it is deleted, however long ago it came', () => {
    const recent = createRecent<number>(2);
    recent.set('a', 1);
    recent.set('b', 1);
    recent.set('a', 2);
    expect(recent.get('a')).toBe(2);
    recent.delete('a');
    recent.delete('b');
    expect([recent.get('a'), recent.get('b')]).toEqual([undefined, undefined]);
  });
});
