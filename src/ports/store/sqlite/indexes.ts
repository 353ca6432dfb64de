import type { IndexOwner, Store } from '../../../core/store.ts';
import type { SqliteConnection } from './connection.ts';

/** Owners that are remembered: an API key's is looked up at each of its calls. */
const OWNERS = 10_000;

/** Who owns an outside id: set if absent. */
export function createIndexes({
  prepare,
  read,
  write,
  remember,
}: SqliteConnection): Pick<Store, 'claimIndex' | 'indexOwner' | 'replaceIndex'> {
  const insert = prepare(
    'INSERT INTO index_claims (name, key, account_id, since) VALUES (?, ?, ?, ?) ON CONFLICT (name, key) DO NOTHING',
  );
  const select = prepare<{ account_id: string; since: number }>(
    'SELECT account_id, since FROM index_claims WHERE name = ? AND key = ?',
  );
  const replace = prepare(
    'UPDATE index_claims SET account_id = ?, since = ? WHERE name = ? AND key = ? AND account_id = ?',
  );

  const owners = remember<IndexOwner>(OWNERS);
  const nameOf = (index: string, key: string) => `${index}:${key}`;

  function owner(index: string, key: string): IndexOwner | null {
    const found = select.get(index, key);
    return found ? { accountId: found.account_id, since: found.since } : null;
  }

  function rememberedOwner(index: string, key: string): IndexOwner | null {
    const found = owners.get(nameOf(index, key)) ?? owner(index, key);
    if (found !== null) owners.set(nameOf(index, key), found);
    return found;
  }

  return {
    claimIndex: (index, key, accountId, now) =>
      write(() => {
        const isNew = insert.run(index, key, accountId, now) > 0;
        return (isNew ? null : owner(index, key)) ?? { accountId, since: now };
      }),
    indexOwner: (index, key) => read(() => rememberedOwner(index, key)),
    replaceIndex: (index, key, from, to, now) =>
      write(() => {
        owners.delete(nameOf(index, key));
        return replace.run(to, now, index, key, from) > 0;
      }),
  };
}
