import { afterEach, describe, expect, it } from 'vitest';
import { HOLD_LEASE } from '../../src/core/account/hold.ts';
import { createHeartbeats, type Heartbeats } from '../../src/core/asks/heartbeats.ts';
import { unwatched } from '../../src/core/metrics.ts';

let heartbeats: Heartbeats;
let rowIsThere: boolean;
let now: number;
const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A store that finds the row of every stream, or of none. */
function start(): Heartbeats {
  rowIsThere = true;
  now = 0;
  heartbeats = createHeartbeats({
    store: { extend: async (rows) => new Set(rowIsThere ? rows.map((row) => row.id) : []) },
    clock: () => now,
    log,
    metrics: unwatched,
  });
  return heartbeats;
}

afterEach(() => heartbeats.close());

describe('a heartbeat', () => {
  it('is lost when somebody else has taken the row', async () => {
    let lost = 0;
    const stream = start().begin(
      'ask',
      () => ({}),
      () => {
        lost += 1;
      },
    );
    rowIsThere = false;
    await heartbeats.beat();
    expect([stream.isOurs(), lost]).toEqual([false, 1]);
  });

  it('is not lost when its own settling has removed the row', async () => {
    let lost = 0;
    const stream = start().begin(
      'ask',
      () => ({}),
      () => {
        lost += 1;
      },
    );
    stream.settling();
    rowIsThere = false;
    await heartbeats.beat();
    expect([stream.isOurs(), lost]).toEqual([true, 0]);
  });

  it('is lost when its lease has run out, settling or not', async () => {
    const stream = start().begin(
      'ask',
      () => ({}),
      () => {},
    );
    stream.settling();
    rowIsThere = false;
    now = HOLD_LEASE;
    expect(stream.isOurs()).toBe(false);
  });
});
