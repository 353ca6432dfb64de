import { afterEach, beforeEach } from 'vitest';
import type { AccountCommit, NewRow, Row, Store, Topic } from '../../src/core/store.ts';

/** How the suite gets at one engine. */
export interface StoreEngine {
  /** An empty store. @param now the clock of whatever the port gives no time to */
  open(now: () => number): Promise<Store>;
  /** The store last opened, once more after it was closed. */
  reopen(now: () => number): Promise<Store>;
  /** Removes the store's data, after it was closed. */
  destroy(): Promise<void>;
}

/** A store of its own for each test of the enclosing `describe`, and the time there. */
export interface Bench {
  store: Store;
  now: number;
  reopen(): Promise<void>;
}

export const START = 1_800_000_000_000;

export function useStore(engine: StoreEngine): Bench {
  let store: Store | null = null;
  const bench: Bench = {
    get store() {
      if (!store) throw new Error('The store is opened before each test');
      return store;
    },
    now: START,
    reopen: async () => {
      await bench.store.close();
      store = await engine.reopen(() => bench.now);
    },
  };
  beforeEach(async () => {
    bench.now = START;
    store = await engine.open(() => bench.now);
  });
  afterEach(async () => {
    await store?.close();
    store = null;
    await engine.destroy();
  });
  return bench;
}

/** A commit of account `a` with nothing beside the document, changed by `parts`. */
export function commitOf(parts: Partial<AccountCommit>): AccountCommit {
  return {
    accountId: 'a',
    expectedVersion: 0,
    document: {},
    seen: [],
    rows: [],
    removeRows: [],
    records: [],
    at: START,
    ...parts,
  };
}

/** Commits what `commitOf` makes of `parts` on the newest version of its account. @returns as `commit` does */
export async function commitNext(store: Store, parts: Partial<AccountCommit>): Promise<boolean> {
  const commit = commitOf(parts);
  const { version } = await store.load(commit.accountId, []);
  return store.commit({ ...commit, expectedVersion: version });
}

/** A row of topic `usage` that is due at once. */
export function rowOf(id: string, parts: Partial<NewRow> = {}): NewRow {
  return { id, topic: 'usage', accountId: 'a', dueAt: START, body: { id }, ...parts };
}

export async function putRow(store: Store, row: NewRow, now = START): Promise<void> {
  await store.put(row, { key: `once ${row.id}`, expiresAt: START + 1_000_000 }, now);
}

export function claimAll(store: Store, now: number, topic: Topic = 'usage', limit = 100): Promise<Row[]> {
  return store.claim({ topic, limit, leaseMs: 30_000, now });
}

export function ids(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}

/** The first of rows that must be there. */
export function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error('Expected at least one, got none');
  return item;
}
