import { EventEmitter } from 'node:events';
import KeyvRedis from '@keyv/redis';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import { type ConnectionOptions, openConnection, type RedisConnection } from './redis/connection.ts';

type Found<Value> = StoredData<Value> | undefined;

/** Keyv's adapter for Redis, but for whose client it uses: it would open a lost one again beside the new one. */
class Following extends KeyvRedis<string> {
  override async getClient(): ReturnType<KeyvRedis<string>['getClient']> {
    return this.client;
  }
}

/**
 * `@keyv/redis` on a connection that mends itself and never lets a caller wait for long. Keyv hands in keys as
 * `namespace:key` and sets `namespace`: hence one adapter for each Keyv. Entries expire by the clock of Redis.
 */
class KeyvOnRedis extends EventEmitter implements KeyvStoreAdapter {
  /** Keyv iterates only over adapters whose dialect it knows. */
  readonly opts: { dialect: 'redis'; url: string };
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  #namespace: string | undefined;
  #adapter: Following | null = null;

  constructor(connection: RedisConnection, prefix: string) {
    super();
    this.opts = { dialect: 'redis', url: connection.description };
    this.#connection = connection;
    this.#prefix = prefix;
  }

  get namespace(): string | undefined {
    return this.#namespace;
  }

  set namespace(namespace: string | undefined) {
    // The adapter finds a namespace's keys by a pattern.
    if (namespace !== undefined && /[*?[\]\\^]/.test(namespace))
      throw new TypeError(`Expected a namespace without any of *?[]\\^, got ${namespace}`);
    this.#namespace = namespace;
  }

  get<Value>(key: string): Promise<Found<Value>> {
    // Keyv deserialises a text into StoredData<Value>; its type for adapters leaves that step out.
    return this.#do((adapter) => adapter.get(this.#bare(key))) as Promise<Found<Value>>;
  }

  getMany<Value>(keys: string[]): Promise<Found<Value>[]> {
    return this.#do((adapter) => adapter.getMany(keys.map((key) => this.#bare(key)))) as Promise<Found<Value>[]>;
  }

  has(key: string): Promise<boolean> {
    return this.#do((adapter) => adapter.has(this.#bare(key)));
  }

  hasMany(keys: string[]): Promise<boolean[]> {
    return this.#do((adapter) => adapter.hasMany(keys.map((key) => this.#bare(key))));
  }

  /** @param ttl milliseconds; without it the entry stays until it is deleted */
  async set(key: string, value: unknown, ttl?: number): Promise<void> {
    const text = serialised(key, value);
    await this.#do((adapter) => adapter.set(this.#bare(key), text, ttl));
  }

  async setMany(entries: { key: string; value: unknown; ttl?: number }[]): Promise<void> {
    const bare = entries.map((entry) => ({
      ...entry,
      key: this.#bare(entry.key),
      value: serialised(entry.key, entry.value),
    }));
    await this.#do((adapter) => adapter.setMany(bare));
  }

  /** @returns whether the key was there */
  delete(key: string): Promise<boolean> {
    return this.#do((adapter) => adapter.delete(this.#bare(key)));
  }

  /** @returns whether any of the keys was there */
  deleteMany(keys: string[]): Promise<boolean> {
    return this.#do((adapter) => adapter.deleteMany(keys.map((key) => this.#bare(key))));
  }

  /** Deletes the namespace, or everything when there is none. */
  clear(): Promise<void> {
    return this.#do((adapter) => adapter.clear());
  }

  async *iterator<Value>(_namespace?: string): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    const start = this.#namespace === undefined ? '' : `${this.#namespace}:`;
    const steps = await this.#do(async (adapter) => adapter.iterator<Awaited<Value>>(adapter.namespace));
    for (;;) {
      const { done, value } = await this.#do(() => steps.next());
      if (done || value === undefined) return;
      yield [`${start}${value[0]}`, value[1]];
    }
  }

  /** The connection is shared with other adapters; whoever opened it closes it. */
  async disconnect(): Promise<void> {}

  #do<T>(call: (adapter: Following) => Promise<T>): Promise<T> {
    return this.#connection.withClient((client) => {
      // Every adapter listens to the client that all share.
      client.setMaxListeners(0);
      if (this.#adapter === null) {
        this.#adapter = new Following(client, { keyPrefixSeparator: ':', throwOnErrors: true });
        // What is emitted is thrown as well.
        this.#adapter.on('error', () => {});
      } else if (this.#adapter.client !== client) this.#adapter.client = client;
      this.#adapter.namespace = this.#namespace === undefined ? this.#prefix : `${this.#prefix}:${this.#namespace}`;
      return call(this.#adapter);
    });
  }

  /** The key without the namespace that Keyv put before it. */
  #bare(key: string): string {
    const start = `${this.#namespace}:`;
    return this.#namespace !== undefined && key.startsWith(start) ? key.slice(start.length) : key;
  }
}

export interface KeyvRedisConnection {
  /** Makes the adapter of one Keyv: `new Keyv({ store: adapter(), namespace })`. */
  adapter(): KeyvStoreAdapter;
  /** Ends the connection; the adapters fail from then on. */
  close(): Promise<void>;
}

export interface KeyvRedisOptions extends ConnectionOptions {
  /** What every key begins with; `tallybot` by default. */
  prefix?: string;
}

/**
 * Opens a connection for Keyv to the Redis of `parseRedisUrl`'s URL, beside the store's: a long iteration there holds up
 * no commit.
 * @throws Error that names the address when it cannot be reached or refuses the password
 */
export async function createKeyvRedis({ prefix, ...options }: KeyvRedisOptions): Promise<KeyvRedisConnection> {
  const connection = await openConnection(options);
  return {
    adapter: () => new KeyvOnRedis(connection, `${prefix ?? 'tallybot'}:keyv`),
    close: async () => connection.close(),
  };
}

function serialised(key: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`Expected a serialised value for the key ${key}, got ${typeof value}`);
}
