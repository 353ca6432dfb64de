import { beforeEach, describe, expect, it } from 'vitest';
import { type Arrivals, createArrivals } from '../../../src/workers/arrivals.ts';

describe('arrivals of webhooks', () => {
  let now: number;
  let arrivals: Arrivals;
  beforeEach(() => {
    now = 1_800_000_000_000;
    arrivals = createArrivals(() => now);
  });

  /** One every two milliseconds, as after a tick of the meter. */
  function burst(forMs: number): void {
    for (const end = now + forMs; now < end; now += 2) arrivals.note();
  }

  it('are no burst when a purchase brings a handful', () => {
    for (let webhook = 0; webhook < 6; webhook += 1) arrivals.note();
    expect(arrivals.isBurst()).toBe(false);
  });

  it('are a burst while many come, and no longer than a moment after', () => {
    burst(500);
    expect(arrivals.isBurst()).toBe(true);
    now += 200;
    expect(arrivals.isBurst()).toBe(false);
  });

  it('that do not end are applied after five seconds all the same', () => {
    burst(4_900);
    expect(arrivals.isBurst()).toBe(true);
    burst(200);
    expect(arrivals.isBurst()).toBe(false);
    burst(3_000);
    expect(arrivals.isBurst()).toBe(false);
  });

  it('are applied when the clock is set back in the middle of a burst', () => {
    burst(500);
    now -= 3_600_000;
    expect(arrivals.isBurst()).toBe(false);
    for (let webhook = 0; webhook < 6; webhook += 1) arrivals.note();
    now += 60_000;
    expect(arrivals.isBurst()).toBe(false);
  });

  it('of the next tick are a burst of their own', () => {
    burst(2_500);
    now += 57_000;
    burst(300);
    expect(arrivals.isBurst()).toBe(true);
  });
});
