import type { AccountCommit, Loaded, NewRow, Store } from '../../../core/store.ts';
import type { RedisContext } from './context.ts';
import { recordField, writeRecord } from './records.ts';
import type { RowPlaces } from './row-places.ts';
import { writeRow } from './row-text.ts';
import type { Rows } from './rows.ts';
import { commitScript } from './scripts/commit.ts';
import type { LookScripts } from './scripts/look.ts';
import type { Shard } from './shards.ts';
import { asList, asText, asTextOrNull, pair, whole } from './values.ts';

interface Deps {
  context: RedisContext;
  look: LookScripts;
  places: RowPlaces;
  rows: Pick<Rows, 'remove' | 'present'>;
}

/** Documents and the compare-and-commit. */
export function createAccounts({ context, look, places, rows }: Deps): Pick<Store, 'load' | 'commit'> {
  const { shards, send, run, runDurably, now } = context;
  const script = commitScript();

  /** A row that is another account's may be waiting in that one's shard; it is not added to this one's then. */
  async function newHere(commit: AccountCommit): Promise<NewRow[]> {
    const foreign = commit.rows.filter((row) => row.accountId !== commit.accountId).map(({ id }) => id);
    if (foreign.length === 0) return commit.rows;
    const waiting = await rows.present(foreign, shards.of(commit.accountId));
    return commit.rows.filter(({ id }) => !waiting.has(id) || commit.removeRows.includes(id));
  }

  return {
    load: async (accountId, keys) => {
      const shard = shards.of(accountId);
      const account = shard.account(accountId);
      if (keys.length === 0) return { ...readAccount(await send(account, ['GET', account])), seen: new Set() };
      const members = keys.map((key) => pair(accountId, key));
      const [text, ...expiries] = asList(await run(look.load, [account, shard.key('seen')], members));
      const at = now();
      return {
        ...readAccount(text),
        seen: new Set(keys.filter((_, index) => Number(expiries[index] ?? 0) > at)),
      };
    },
    commit: async (commit) => {
      const shard = shards.of(commit.accountId);
      const keys = commitKeys(commit, shard);
      const added = await newHere(commit);
      const reply = await runDurably(script, keys, commitValues({ ...commit, rows: added }, shard, keys));
      if (reply === 0) return false;
      for (const { id } of added) places.remember(id, shard);
      // Rows of other shards cannot go in the same script. One that is still there after a crash is delivered again;
      // whoever applies rows finds the seen key of this commit then.
      const [, ...elsewhere] = asList(reply);
      if (elsewhere.length > 0) await rows.remove(elsewhere.map(asText));
      return true;
    },
  };
}

function commitKeys({ accountId, records }: AccountCommit, shard: Shard): string[] {
  const histories = new Set(records.map(({ kind }) => shard.history(accountId, kind)));
  return [...shard.rowKeys, shard.account(accountId), shard.key('seen'), shard.key('records'), ...histories];
}

function commitValues(commit: AccountCommit, shard: Shard, keys: readonly string[]): string[] {
  const { accountId, seen, removeRows, rows, records } = commit;
  const counts = [seen, removeRows, rows, records].map(({ length }) => String(length));
  return [
    whole(commit.expectedVersion),
    writeAccount(commit),
    ...counts,
    ...seen.flatMap(({ key, expiresAt }) => [whole(expiresAt), pair(accountId, key)]),
    ...removeRows,
    ...rows.flatMap((row) => writeRow(row, commit.at)),
    ...records.flatMap((record) => [
      String(keys.indexOf(shard.history(accountId, record.kind)) - 5),
      recordField(record.kind, record.id),
      record.id,
      whole(record.at),
      writeRecord(accountId, record),
    ]),
  ];
}

/** An account as it is kept: its version, a space, its document. */
function writeAccount({ expectedVersion, document }: AccountCommit): string {
  return `${whole(expectedVersion + 1)} ${JSON.stringify(document)}`;
}

function readAccount(reply: unknown): Pick<Loaded, 'version' | 'document'> {
  const text = asTextOrNull(reply);
  if (text === null) return { version: 0, document: null };
  const space = text.indexOf(' ');
  return { version: Number(text.slice(0, space)), document: JSON.parse(text.slice(space + 1)) };
}
