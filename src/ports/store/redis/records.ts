import type { NewRecord, Store, StoredRecord } from '../../../core/store.ts';
import type { RedisContext } from './context.ts';
import type { LookScripts } from './scripts/look.ts';
import { asList, asText, pair, wellFormed } from './values.ts';

/** Records lie in the shard of their account, with a history of each account and kind in the order of their times. */
export function createRecords(
  { shards, run }: RedisContext,
  { find, records }: LookScripts,
): Pick<Store, 'record' | 'records'> {
  return {
    record: async (kind, id) => {
      const replies = await Promise.all(
        shards.groups.map((group) =>
          run(
            find,
            group.map((shard) => shard.key('records')),
            [recordField(kind, id)],
          ),
        ),
      );
      const found = replies.flatMap(asList).map(readRecord);
      return found.toSorted((a, b) => b.at - a.at)[0] ?? null;
    },
    records: async (accountId, kind, limit, after) => {
      if (limit <= 0) return [];
      const shard = shards.of(accountId);
      const keys = [shard.history(accountId, kind), shard.key('records')];
      const reply = await run(records, keys, [
        limit,
        recordField(kind, ''),
        ...(after === undefined ? [] : [wellFormed(after)]),
      ]);
      return asList(reply)
        .map(readRecord)
        .filter((found) => found.accountId === accountId);
    },
  };
}

/** @returns the field of a record in its shard's hash */
export function recordField(kind: string, id: string): string {
  return pair(kind, id);
}

/** @returns the record as it is kept. @throws TypeError when its kind or id is no well-formed Unicode */
export function writeRecord(accountId: string, { kind, id, at, body }: NewRecord): string {
  return JSON.stringify({ kind: wellFormed(kind), id: wellFormed(id), accountId, at, body });
}

function readRecord(reply: unknown): StoredRecord {
  return JSON.parse(asText(reply));
}
