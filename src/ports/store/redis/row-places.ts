import { createRecent } from './recent.ts';
import { at, type Shard, type Shards } from './shards.ts';

/** Ids whose shard is remembered: enough for what a process works on at one time. */
const REMEMBERED = 10_000;

/** What a script did with a row: 0 it was not there, 1 it was left as it is, 2 done. */
type Outcome = number;

/**
 * Finds rows by id alone. A row lies in the shard of the account that wrote it, or of the key it was put under; the
 * process that wrote or claimed it remembers which, any other asks all shards.
 */
export interface RowPlaces {
  remember(id: string, shard: Shard): void;
  /** Does `act` to each row where it lies. @returns what became of each id */
  act(
    ids: readonly string[],
    act: (shard: Shard, ids: readonly string[]) => Promise<Outcome[]>,
  ): Promise<Map<string, Outcome>>;
}

export function createRowPlaces(shards: Shards): RowPlaces {
  const known = createRecent<Shard>(REMEMBERED);

  async function actIn(
    shard: Shard,
    ids: readonly string[],
    act: (shard: Shard, ids: readonly string[]) => Promise<Outcome[]>,
    outcomes: Map<string, Outcome>,
  ): Promise<void> {
    const answers = await act(shard, ids);
    ids.forEach((id, index) => {
      outcomes.set(id, Math.max(outcomes.get(id) ?? 0, at(answers, index)));
    });
  }

  return {
    remember: known.set,
    act: async (ids, act) => {
      const outcomes = new Map<string, Outcome>(ids.map((id) => [id, 0]));
      const byShard = Map.groupBy(outcomes.keys(), (id) => known.get(id));
      byShard.delete(undefined);
      await Promise.all([...byShard].map(([shard, own]) => shard && actIn(shard, own, act, outcomes)));
      const missing = [...outcomes.keys()].filter((id) => outcomes.get(id) === 0);
      for (const id of missing) known.delete(id);
      if (missing.length > 0) await Promise.all(shards.all.map((shard) => actIn(shard, missing, act, outcomes)));
      return outcomes;
    },
  };
}
