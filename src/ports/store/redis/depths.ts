import type { Store, Topic, TopicDepth } from '../../../core/store.ts';
import type { RedisContext } from './context.ts';
import { readLetter, readRow } from './row-text.ts';
import type { LookScripts } from './scripts/look.ts';
import { asList, asNumber, asText, inGroups } from './values.ts';

/** What waits and what is dead, over all shards. */
export function createDepths(
  { shards, run }: RedisContext,
  look: LookScripts,
): Pick<Store, 'depths' | 'deadLetters' | 'deadLetter' | 'waiting' | 'row'> {
  /** @returns the text of an id in the hashes of this name, or undefined */
  async function find(name: string, id: string): Promise<unknown> {
    const replies = await Promise.all(
      shards.groups.map((group) =>
        run(
          look.find,
          group.map((shard) => shard.key(name)),
          [id],
        ),
      ),
    );
    return replies.flatMap(asList)[0];
  }

  return {
    depths: async () => {
      const replies = await Promise.all(
        shards.groups.map((group) =>
          run(
            look.depths,
            group.flatMap((shard) => [shard.key('order'), shard.key('dead_counts')]),
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
            group.flatMap((shard) => ['dead', 'letters'].map(shard.key)),
            [limit],
          ),
        ),
      );
      return replies
        .flatMap((reply) => inGroups(reply, 3))
        .map(([order, id, text]) => ({ order: asText(order), letter: readLetter(id, text) }))
        .toSorted((a, b) => (a.order < b.order ? 1 : -1))
        .slice(0, limit)
        .map(({ letter }) => letter);
    },
    deadLetter: async (id) => {
      const found = await find('letters', id);
      return found === undefined ? null : readLetter(id, found);
    },
    waiting: async (topic, limit) => {
      if (limit <= 0) return [];
      const replies = await Promise.all(
        shards.groups.map((group) =>
          run(
            look.waiting,
            group.flatMap((shard) => ['order', 'rows'].map(shard.key)),
            [topic, limit],
          ),
        ),
      );
      return replies
        .flatMap((reply) => inGroups(reply, 3))
        .map(([order, id, row]) => ({ order: asText(order), row: readRow(id, row) }))
        .toSorted((a, b) => (a.order < b.order ? -1 : 1))
        .slice(0, limit)
        .map(({ row }) => row);
    },
    row: async (id) => {
      const found = await find('rows', id);
      return found === undefined ? null : readRow(id, found);
    },
  };
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
