import { afterEach, describe, expect, it } from 'vitest';
import { HOLD_LEASE } from '../../../src/core/account/hold.ts';
import { createHeartbeats, type Heartbeats } from '../../../src/core/asks/heartbeats.ts';
import type { Store } from '../../../src/core/store.ts';
import { SECOND } from '../../../src/core/time.ts';
import { NOW } from '../account/bench.ts';
import { openStage, type Stage } from './stage.ts';

const open: Heartbeats[] = [];

afterEach(() => {
  for (const heartbeats of open.splice(0)) heartbeats.close();
});

function heartbeatsOf(stage: Stage, store: Pick<Store, 'extend'> = stage.store): Heartbeats {
  const heartbeats = createHeartbeats({ store, clock: stage.clock, log: stage.log, metrics: stage.metrics });
  open.push(heartbeats);
  return heartbeats;
}

/** The rows that holds have beside the account. */
async function putLeases(stage: Stage, ...askIds: string[]): Promise<void> {
  for (const askId of askIds) {
    const row = { id: `lapse:${askId}`, topic: 'lapse', accountId: 'acc', dueAt: NOW + 30 * SECOND, body: {} } as const;
    await stage.store.put(row, { key: row.id, expiresAt: NOW * 2 }, NOW);
  }
}

function claimLapsed(stage: Stage) {
  return stage.store.claim({ topic: 'lapse', limit: 10, leaseMs: SECOND, now: stage.now });
}

describe('heartbeats', () => {
  it('put the lapse off for as long as a stream lives, with what the recovery would need (pain 3)', async () => {
    await using stage = await openStage();
    await putLeases(stage, 'a');
    const progress = { outputTokens: 0 };
    const heartbeats = heartbeatsOf(stage);
    const heartbeat = heartbeats.begin(
      'a',
      () => ({ ...progress }),
      () => {},
    );
    for (let beat = 1; beat <= 20; beat += 1) {
      stage.now += 5 * SECOND;
      progress.outputTokens = beat;
      await heartbeats.beat();
      expect(heartbeat.isOurs()).toBe(true);
      expect(await claimLapsed(stage)).toEqual([]);
    }
    heartbeat.end();
    stage.now += 30 * SECOND;
    expect(await claimLapsed(stage)).toMatchObject([{ id: 'lapse:a', body: { outputTokens: 20 } }]);
  });

  it('write for every stream of the process at once', async () => {
    await using stage = await openStage();
    const asked: number[] = [];
    const extend: Store['extend'] = (rows, dueAt) => {
      asked.push(rows.length);
      return stage.store.extend(rows, dueAt);
    };
    await putLeases(stage, 'a', 'b', 'c');
    const heartbeats = heartbeatsOf(stage, { extend });
    const begin = (askId: string) =>
      heartbeats.begin(
        askId,
        () => ({}),
        () => {},
      ).begun;
    await Promise.all(['a', 'b'].map(begin));
    await begin('c');
    await heartbeats.beat();
    expect(asked).toEqual([2, 1, 3]);
  });

  it('end a stream whose hold was taken by another', async () => {
    await using stage = await openStage();
    await putLeases(stage, 'a', 'b');
    const lost: string[] = [];
    const heartbeats = heartbeatsOf(stage);
    const taken = heartbeats.begin(
      'a',
      () => ({}),
      () => lost.push('a'),
    );
    const kept = heartbeats.begin(
      'b',
      () => ({}),
      () => lost.push('b'),
    );
    await heartbeats.beat();
    await stage.store.remove(['lapse:a']);
    await heartbeats.beat();
    await heartbeats.beat();
    expect(lost).toEqual(['a']);
    expect([taken.isOurs(), kept.isOurs()]).toEqual([false, true]);
    expect(stage.counted('streams_fenced')).toBe(1);
  });

  it('do not call a stream lost whose row its own settling removed', async () => {
    await using stage = await openStage();
    await putLeases(stage, 'a');
    const lost: string[] = [];
    const heartbeats = heartbeatsOf(stage);
    const heartbeat = heartbeats.begin(
      'a',
      () => ({}),
      () => lost.push('a'),
    );
    heartbeat.settling();
    await stage.store.remove(['lapse:a']);
    await heartbeats.beat();
    expect(lost).toEqual([]);
    expect(heartbeat.isOurs()).toBe(true);
  });

  it('end a stream whose lease ran out while the store was down, and not before', async () => {
    await using stage = await openStage();
    await putLeases(stage, 'a');
    const lost: string[] = [];
    let isDown = false;
    const extend: Store['extend'] = async (rows, dueAt) => {
      if (isDown) throw new Error('the store is down');
      return stage.store.extend(rows, dueAt);
    };
    const heartbeats = heartbeatsOf(stage, { extend });
    const heartbeat = heartbeats.begin(
      'a',
      () => ({}),
      () => lost.push('a'),
    );
    await heartbeats.beat();
    isDown = true;
    stage.now += 30 * SECOND - 1;
    await heartbeats.beat();
    expect(heartbeat.isOurs()).toBe(true);
    stage.now += 1;
    expect(heartbeat.isOurs()).toBe(false);
    await heartbeats.beat();
    expect(lost).toEqual(['a']);
  });

  it('end a stream whose lease runs out while it settles', async () => {
    await using stage = await openStage();
    await putLeases(stage, 'a');
    const heartbeat = heartbeatsOf(stage).begin(
      'a',
      () => ({}),
      () => {},
    );
    heartbeat.settling();
    stage.now += HOLD_LEASE - 1;
    expect(heartbeat.isOurs()).toBe(true);
    stage.now += 1;
    expect(heartbeat.isOurs()).toBe(false);
  });

  it('of a stream that has ended say nothing any more', async () => {
    await using stage = await openStage();
    await putLeases(stage, 'a');
    const lost: string[] = [];
    const heartbeats = heartbeatsOf(stage);
    const heartbeat = heartbeats.begin(
      'a',
      () => ({}),
      () => lost.push('a'),
    );
    heartbeat.end();
    await stage.store.remove(['lapse:a']);
    await heartbeats.beat();
    expect(lost).toEqual([]);
    expect(heartbeat.isOurs()).toBe(false);
  });
});
