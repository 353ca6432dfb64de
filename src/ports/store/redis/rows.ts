import type { Row, Store } from '../../../core/store.ts';
import type { RedisContext } from './context.ts';
import type { RowPlaces } from './row-places.ts';
import { readRow, writeRow, writeText } from './row-text.ts';
import { rowScripts } from './scripts/rows.ts';
import { at, type Shard } from './shards.ts';
import { asList, asNumber, asText, inGroups, padded, wellFormed, whole } from './values.ts';

type RowsOfStore = Pick<
  Store,
  'put' | 'claim' | 'remove' | 'retry' | 'bury' | 'extend' | 'wake' | 'revive' | 'discard'
>;

export interface Rows extends RowsOfStore {
  /** @returns those of the ids that wait in any shard but one */
  present(ids: readonly string[], except: Shard): Promise<Set<string>>;
}

/** Inbox and outbox: claiming a row moves its due time to the end of the lease, which is all a lease is. */
export function createRows({ shards, run, runDurably }: RedisContext, places: RowPlaces): Rows {
  const scripts = rowScripts();

  /** How many rows of each shard are among the `limit` that are due longest. */
  async function peek(topic: string, until: string, limit: number): Promise<Map<Shard, number>> {
    const replies = await Promise.all(
      shards.groups.map((group) => run(scripts.peek, group.map(orderKey), [topic, until, limit])),
    );
    const times = replies
      .flatMap(asList)
      .flatMap((list, number) => asList(list).map((time) => ({ time: asText(time), shard: at(shards.all, number) })));
    const oldest = times.toSorted(byTime).slice(0, limit);
    return new Map([...Map.groupBy(oldest, ({ shard }) => shard)].map(([shard, own]) => [shard, own.length]));
  }

  async function present(ids: readonly string[], except: Shard): Promise<Set<string>> {
    const others = shards.all.filter((shard) => shard !== except);
    const replies = await Promise.all(others.map((shard) => run(scripts.present, shard.rowKeys, ids)));
    return new Set(ids.filter((_, index) => replies.some((reply) => asNumber(at(asList(reply), index)) === 1)));
  }

  return {
    present,
    put: async (row, once, now) => {
      // Rows of no account are spread by what they are put under, so that one script does both.
      const shard = shards.of(row.accountId ?? once.key);
      const values = [wellFormed(once.key), whole(once.expiresAt), whole(now), ...writeRow(row, now)];
      if ((await runDurably(scripts.put, [...shard.rowKeys, shard.key('once')], values)) === 0) return false;
      places.remember(row.id, shard);
      return true;
    },
    claim: async ({ topic, limit, leaseMs, now }) => {
      if (now < 0 || limit <= 0) return [];
      const until = padded(now + 1);
      const counts = await peek(topic, until, limit);
      const claimed = await Promise.all(
        [...counts].map(async ([shard, count]) => {
          const reply = await run(scripts.claim, shard.rowKeys, [topic, until, count, padded(now + leaseMs)]);
          return inGroups(reply, 3).map(([id, row, time]) => {
            places.remember(asText(id), shard);
            return { time: asText(time), row: readRow(id, row) };
          });
        }),
      );
      return claimed
        .flat()
        .toSorted(byTime)
        .map(({ row }): Row => row);
    },
    remove: async (ids) => {
      await places.act(ids.map(wellFormed), async (shard, own) =>
        numbers(await run(scripts.remove, shard.rowKeys, own)),
      );
    },
    retry: async ({ id, attempts }, dueAt, error) => {
      const values = [wellFormed(id), whole(attempts), padded(dueAt), writeText(error.toWellFormed())];
      await places.act([id], async (shard) => numbers(await run(scripts.retry, shard.rowKeys, values)));
    },
    bury: async ({ id, attempts }, error, now) => {
      const values = [wellFormed(id), whole(attempts), writeText(error.toWellFormed()), padded(now)];
      await places.act([id], async (shard) =>
        numbers(await run(scripts.bury, [...shard.rowKeys, ...shard.deadKeys], values)),
      );
    },
    revive: async (id, now) => {
      const values = [wellFormed(id), padded(now)];
      const outcomes = await places.act([id], async (shard) =>
        numbers(await run(scripts.revive, [...shard.rowKeys, ...shard.deadKeys], values)),
      );
      return outcomes.get(id) === 2;
    },
    discard: async (id) => {
      const values = [wellFormed(id)];
      const outcomes = await places.act([id], async (shard) =>
        numbers(await run(scripts.discard, [...shard.rowKeys, ...shard.deadKeys], values)),
      );
      return outcomes.get(id) === 2;
    },
    extend: async (rows, dueAt) => {
      const due = padded(dueAt);
      const bodies = new Map(rows.map(({ id, body }) => [wellFormed(id), JSON.stringify(body)]));
      const outcomes = await places.act([...bodies.keys()], async (shard, own) => {
        const values = [due, ...own, ...own.map((id) => bodies.get(id) ?? '')];
        return numbers(await run(scripts.extend, shard.rowKeys, values));
      });
      return new Set([...outcomes].filter(([, outcome]) => outcome === 2).map(([id]) => id));
    },
    wake: async (name, now) => {
      const values = [writeText(name), padded(now)];
      const woken = await Promise.all(shards.all.map((shard) => run(scripts.wake, shard.rowKeys, values)));
      return woken.map(asNumber).reduce((sum, count) => sum + count, 0);
    },
  };
}

function orderKey(shard: Shard): string {
  return shard.key('order');
}

function numbers(reply: unknown): number[] {
  return asList(reply).map(asNumber);
}

function byTime(a: { time: string }, b: { time: string }): number {
  return a.time < b.time ? -1 : a.time > b.time ? 1 : 0;
}
