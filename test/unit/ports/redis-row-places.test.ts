import { describe, expect, it } from 'vitest';
import { createRowPlaces } from '../../../src/ports/store/redis/row-places.ts';
import { at, createShards, type Shard } from '../../../src/ports/store/redis/shards.ts';

describe('the places of rows', () => {
  const shards = createShards('test', false);
  const [here, elsewhere] = [at(shards.all, 3), at(shards.all, 5)];

  it('are remembered for the newest rows only; the others are looked for everywhere', async () => {
    const places = createRowPlaces(shards);
    const asked = new Map<string, Shard[]>();
    const findAll = async (shard: Shard, ids: readonly string[]) => {
      for (const id of ids) asked.set(id, [...(asked.get(id) ?? []), shard]);
      return ids.map(() => 2);
    };
    places.remember('oldest', here);
    for (let n = 0; n < 20_000; n += 1) places.remember(`row ${n}`, elsewhere);
    await places.act(['oldest', 'row 10001', 'row 19999'], findAll);
    expect(asked.get('oldest')).toEqual(shards.all);
    expect(asked.get('row 10001')).toEqual([elsewhere]);
    expect(asked.get('row 19999')).toEqual([elsewhere]);
  });
});
