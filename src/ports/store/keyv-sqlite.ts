import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import type { SqliteConnection, Statement } from './sqlite/connection.ts';

/** Entries read at once while iterating, so that no statement stays open while the caller works. */
const PAGE = 100;

interface Entry {
  key: string;
  value: string;
}

interface Statements {
  get: Statement<{ value: string }>;
  set: Statement<never>;
  remove: Statement<never>;
  clear: Statement<never>;
  page: Statement<Entry>;
}

type Found<Value> = StoredData<Value> | undefined;

/**
 * Keyv 5's storage adapter on the store's own file (https://keyv.org/docs/keyv/#third-party-storage-adapters).
 * Keyv hands in keys as `namespace:key` and values as text, and sets `namespace`: hence one adapter for each Keyv.
 * Writes share the store's group commit and are durable when they resolve.
 */
class KeyvSqlite extends EventEmitter implements KeyvStoreAdapter {
  /** Keyv iterates only over adapters whose dialect it knows. */
  readonly opts: { dialect: 'sqlite'; url: string };
  namespace?: string | undefined;
  readonly #connection: SqliteConnection;
  readonly #statements: Statements;

  constructor(connection: SqliteConnection) {
    super();
    this.opts = { dialect: 'sqlite', url: `sqlite://${connection.path}` };
    this.#connection = connection;
    this.#statements = prepareAll(connection);
  }

  async get<Value>(key: string): Promise<Found<Value>> {
    const [value] = await this.getMany<Value>([key]);
    return value;
  }

  getMany<Value>(keys: string[]): Promise<Found<Value>[]> {
    return this.#connection.read(() => {
      const now = this.#connection.now();
      // Keyv deserialises a text into StoredData<Value>; its type for adapters leaves that step out.
      return keys.map((key) => this.#statements.get.get(key, now)?.value as Found<Value>);
    });
  }

  async has(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return (await this.getMany(keys)).map((value) => value !== undefined);
  }

  /** @param ttl milliseconds; without it the entry stays until it is deleted */
  set(key: string, value: unknown, ttl?: number): Promise<void> {
    return this.setMany([ttl === undefined ? { key, value } : { key, value, ttl }]);
  }

  /** All of them or none. */
  setMany(entries: { key: string; value: unknown; ttl?: number }[]): Promise<void> {
    return this.#connection.write(() => {
      const now = this.#connection.now();
      for (const { key, value, ttl } of entries) {
        if (typeof value !== 'string')
          throw new TypeError(`Expected a serialised value for the key ${key}, got ${typeof value}`);
        this.#statements.set.run(key, value, ttl ? now + ttl : null);
      }
    });
  }

  /** @returns whether the key was there */
  delete(key: string): Promise<boolean> {
    return this.deleteMany([key]);
  }

  /** @returns whether all of the keys were there */
  deleteMany(keys: string[]): Promise<boolean> {
    return this.#connection.write(
      () => keys.map((key) => this.#statements.remove.run(key) > 0).filter(Boolean).length === keys.length,
    );
  }

  /** Deletes the namespace, or everything when there is none. */
  clear(): Promise<void> {
    const { first, end } = keyRange(this.namespace);
    return this.#connection.write(() => {
      this.#statements.clear.run(first, end, end);
    });
  }

  async *iterator<Value>(namespace?: string): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    const { first, end } = keyRange(namespace);
    let after = '';
    for (;;) {
      const page = await this.#connection.read(() =>
        this.#statements.page.all(first, end, end, after, this.#connection.now(), PAGE),
      );
      for (const { key, value } of page) yield [key, value];
      const last = page.at(-1);
      if (!last) return;
      after = last.key;
    }
  }

  /** The file is the store's, which closes it. */
  async disconnect(): Promise<void> {}
}

/** Makes the adapter of one Keyv: `new Keyv({ store: createKeyvSqlite(store.connection), namespace })`. */
export function createKeyvSqlite(connection: SqliteConnection): KeyvStoreAdapter {
  return new KeyvSqlite(connection);
}

/** A range instead of LIKE: `%` and `_` in a namespace are no wildcards. ';' is what follows ':'. */
function keyRange(namespace: string | undefined): { first: string; end: string | null } {
  return namespace ? { first: `${namespace}:`, end: `${namespace};` } : { first: '', end: null };
}

function prepareAll({ prepare }: SqliteConnection): Statements {
  return {
    get: prepare('SELECT value FROM keyv_entries WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)'),
    set: prepare(
      `INSERT INTO keyv_entries (key, value, expires_at) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
    ),
    remove: prepare('DELETE FROM keyv_entries WHERE key = ?'),
    clear: prepare('DELETE FROM keyv_entries WHERE key >= ? AND (? IS NULL OR key < ?)'),
    page: prepare(
      `SELECT key, value FROM keyv_entries
       WHERE key >= ? AND (? IS NULL OR key < ?) AND key > ? AND (expires_at IS NULL OR expires_at > ?)
       ORDER BY key LIMIT ?`,
    ),
  };
}
