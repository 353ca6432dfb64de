import type { Store, Topic, TopicDepth } from '../../../core/store.ts';
import type { RedisContext } from './context.ts';
import { readDeath, readRow } from './row-text.ts';
import type { LookScripts } from './scripts/look.ts';
import { asNumber, asText, inGroups } from './values.ts';

/** What waits and what is dead, over all shards. */
export function createDepths(
  { shards, run }: RedisContext,
  look: LookScripts,
): Pick<Store, 'depths' | 'deadLetters' | 'deadLetter' | 'waiting' | 'row'> {
  /** @returns the row of an id as it stands in hashes of these names, or null */
  async function find(names: readonly [string, string], id: string): Promise<[unknown, unknown] | null> {
    const replies = await Promise.all(
      shards.groups.map((group) =>
        run(
          look.find,
          group.flatMap((shard) => names.map(shard.key)),
          [id],
        ),
      ),
    );
    const [found] = replies.flatMap((reply) => inGroups(reply, 2));
    return found === undefined ? null : [found[0], found[1]];
  }

  return {
    depths: async () => {
      const replies = await Promise.all(
        shards.groups.map((group) =>
          run(
            look.depths,
            group.flatMap((shard) => [shard.key('age'), shard.key('dead_counts')]),
          ),
        ),
      );
      const depths = new Map<Topic, TopicDepth>();
      for (const [name, waiting, oldest, dead] of replies.flatMap((reply) => inGroups(reply, 4))) {
        const topic = asText(name) as Topic;
        const known = depths.get(topic) ?? { topic, waiting: 0, oldestCreatedAt: null, dead: 0 };
        const createdAt = oldest === '' ? null : asNumber(oldest);
        depths.set(topic, {
          topic,
          waiting: known.waiting + asNumber(waiting),
          oldestCreatedAt: earlier(known.oldestCreatedAt, createdAt),
          dead: known.dead + asNumber(dead),
        });
      }
      return [...depths.values()];
    },
    deadLetters: async (limit) => {
      if (limit <= 0) return [];
      const replies = await Promise.all(
        shards.groups.map((group) =>
          run(
            look.deadLetters,
            group.flatMap((shard) => ['dead', 'letters', 'letter_bodies'].map(shard.key)),
            [limit],
          ),
        ),
      );
      return replies
        .flatMap((reply) => inGroups(reply, 4))
        .map(([order, id, row, body]) => ({ order: asText(order), died: readDeath(row), row: readRow(id, row, body) }))
        .toSorted((a, b) => (a.order < b.order ? 1 : -1))
        .slice(0, limit)
        .map(({ died, row }) => ({ row, diedAt: died, error: row.lastError ?? '' }));
    },
    deadLetter: async (id) => {
      const found = await find(['letters', 'letter_bodies'], id);
      if (found === null) return null;
      const row = readRow(id, ...found);
      return { row, diedAt: readDeath(found[0]), error: row.lastError ?? '' };
    },
    waiting: async (topic, limit) => {
      if (limit <= 0) return [];
      const replies = await Promise.all(
        shards.groups.map((group) =>
          run(
            look.waiting,
            group.flatMap((shard) => ['due', 'rows', 'bodies'].map(shard.key)),
            [topic, limit],
          ),
        ),
      );
      return replies
        .flatMap((reply) => inGroups(reply, 4))
        .map(([order, id, row, body]) => ({ order: asText(order), row: readRow(id, row, body) }))
        .toSorted((a, b) => (a.order < b.order ? -1 : 1))
        .slice(0, limit)
        .map(({ row }) => row);
    },
    row: async (id) => {
      const found = await find(['rows', 'bodies'], id);
      return found === null ? null : readRow(id, ...found);
    },
  };
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
