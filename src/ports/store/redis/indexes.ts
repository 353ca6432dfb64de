import type { IndexOwner, Millis, Store } from '../../../core/store.ts';
import type { RedisContext } from './context.ts';
import type { SharedScripts } from './scripts/shared.ts';
import { asText, asTextOrNull, pair, wellFormed, whole } from './values.ts';

/** Who owns an outside id: set if absent. */
export function createIndexes(
  { shards, send, runDurably }: RedisContext,
  scripts: SharedScripts,
): Pick<Store, 'claimIndex' | 'indexOwner' | 'replaceIndex'> {
  function place(index: string, key: string): { field: string; indexes: string } {
    const field = pair(index, key);
    return { field, indexes: shards.of(field).key('indexes') };
  }

  return {
    claimIndex: async (index, key, accountId, now) => {
      const { field, indexes } = place(index, key);
      return readClaim(asText(await runDurably(scripts.claimIndex, [indexes], [field, writeClaim(accountId, now)])));
    },
    indexOwner: async (index, key) => {
      const { field, indexes } = place(index, key);
      const claim = asTextOrNull(await send(indexes, ['HGET', indexes, field]));
      return claim === null ? null : readClaim(claim);
    },
    replaceIndex: async (index, key, from, to, now) => {
      const { field, indexes } = place(index, key);
      const values = [field, wellFormed(from), writeClaim(to, now)];
      return (await runDurably(scripts.replaceIndex, [indexes], values)) === 1;
    },
  };
}

function writeClaim(accountId: string, since: Millis): string {
  return `${whole(since)} ${wellFormed(accountId)}`;
}

function readClaim(text: string): IndexOwner {
  const space = text.indexOf(' ');
  return { accountId: text.slice(space + 1), since: Number(text.slice(0, space)) };
}
