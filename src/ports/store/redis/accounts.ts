import { randomInt } from 'node:crypto';
import type { AccountCommit, Loaded, Millis, NewRow, Store } from '../../../core/store.ts';
import { frozen } from '../frozen.ts';
import type { RedisContext } from './context.ts';
import { createRecent } from './recent.ts';
import { recordField, writeRecord } from './records.ts';
import type { RowPlaces } from './row-places.ts';
import { writeRow } from './row-text.ts';
import type { Rows } from './rows.ts';
import { commitScript } from './scripts/commit.ts';
import type { LookScripts } from './scripts/look.ts';
import type { Shard } from './shards.ts';
import { asList, asText, asTextOrNull, pair, whole } from './values.ts';

/** Accounts whose last commit can be recalled: about as many as have an ask under way. */
const RECALLED = 1_000;

/** For so long after somebody else was quicker, what is committed to an account is not recalled: it would be refused again. */
const CONTESTED_MS = 5_000;

interface Deps {
  context: RedisContext;
  look: LookScripts;
  places: RowPlaces;
  rows: Pick<Rows, 'remove' | 'present'>;
}

/** Documents and the compare-and-commit. */
export function createAccounts({ context, look, places, rows }: Deps): Pick<Store, 'load' | 'recall' | 'commit'> {
  const { shards, send, run, runDurably, now } = context;
  const script = commitScript();
  const committed = createRecent<Pick<Loaded, 'version' | 'document'>>(RECALLED);
  const contested = createRecent<Millis>(RECALLED);

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
    recall: async (accountId) => {
      const last = committed.get(accountId);
      return last === undefined ? null : { ...last, seen: new Set() };
    },
    commit: async (commit) => {
      const { accountId, document } = commit;
      const version = newVersion();
      const shard = shards.of(accountId);
      committed.delete(accountId);
      const keys = commitKeys(commit, shard);
      const added = await newHere(commit);
      const reply = await runDurably(script, keys, commitValues({ ...commit, rows: added }, version, shard, keys));
      if (reply === 0) {
        contested.set(accountId, now());
        return false;
      }
      const isContested = now() < (contested.get(accountId) ?? Number.NEGATIVE_INFINITY) + CONTESTED_MS;
      if (!isContested) committed.set(accountId, { version, document: frozen(document) });
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

function commitValues(commit: AccountCommit, version: number, shard: Shard, keys: readonly string[]): string[] {
  const { accountId, seen, removeRows, rows, records } = commit;
  const counts = [seen, removeRows, rows, records].map(({ length }) => String(length));
  return [
    whole(commit.expectedVersion),
    `${whole(version)} ${JSON.stringify(commit.document)}`,
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

/**
 * Drawn, not counted: a Redis that lost commits would count to the same version once more, with another document.
 * 48 bits are the most that `randomInt` draws (https://nodejs.org/api/crypto.html#cryptorandomintmin-max-callback); 0 is no account.
 */
function newVersion(): number {
  return randomInt(1, 2 ** 48 - 1);
}

/** An account is kept as its version, a space, its document. */
function readAccount(reply: unknown): Pick<Loaded, 'version' | 'document'> {
  const text = asTextOrNull(reply);
  if (text === null) return { version: 0, document: null };
  const space = text.indexOf(' ');
  return { version: Number(text.slice(0, space)), document: JSON.parse(text.slice(space + 1)) };
}
