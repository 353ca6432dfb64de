import type { KeyvStoreAdapter } from 'keyv';
import type { Log } from '../core/log.ts';
import type { Store } from '../core/store.ts';
import type { Clock } from '../core/time.ts';
import { createKeyvSqlite } from '../ports/store/keyv-sqlite.ts';
import { checkSqliteDurability } from '../ports/store/sqlite/durability.ts';
import { createSqliteStore } from '../ports/store/sqlite/sqlite-store.ts';
import { withStoreErrors } from '../ports/store/store-errors.ts';

/** The store of this process, and what else lives in the same place. */
export interface OpenedStore {
  store: Store;
  /** Other processes may use it at the same time. */
  isShared: boolean;
  /** For messages: never an address with a password. */
  description: string;
  /** A Keyv storage adapter; one for each Keyv. */
  keyvAdapter(): KeyvStoreAdapter;
  /** What would be lost in a crash, in words with the cure; empty when nothing. */
  durabilityProblems(): Promise<string[]>;
  close(): Promise<void>;
}

/** Where the store is: a Redis address, or a SQLite file. */
export type StoreLocation = { redisUrl: string } | { databasePath: string };

/** @throws Error when it cannot be opened, naming it */
export async function openStore(where: StoreLocation, clock: Clock, log: Log): Promise<OpenedStore> {
  const onWarning = (warning: string) => log.warn({ warning }, 'the store warns');
  return 'redisUrl' in where
    ? openRedis(where.redisUrl, clock, onWarning)
    : openSqlite(where.databasePath, clock, onWarning);
}

async function openSqlite(path: string, now: Clock, onWarning: (warning: string) => void): Promise<OpenedStore> {
  const store = await createSqliteStore({ path, now, onWarning });
  return {
    store: withStoreErrors(store),
    isShared: false,
    description: path,
    keyvAdapter: () => createKeyvSqlite(store.connection),
    durabilityProblems: () => checkSqliteDurability(store.connection),
    close: () => store.close(),
  };
}

/** Loads its client only here: that takes as long as all of our own code. */
async function openRedis(url: string, now: Clock, onWarning: (warning: string) => void): Promise<OpenedStore> {
  const { createRedisStore } = await import('../ports/store/redis/redis-store.ts');
  const { checkDurability } = await import('../ports/store/redis/durability.ts');
  const { createKeyvRedis } = await import('../ports/store/keyv-redis.ts');
  const store = await createRedisStore({ url, now, onWarning });
  try {
    const keyv = await createKeyvRedis({ url, onWarning });
    return {
      store: withStoreErrors(store),
      isShared: true,
      description: store.connection.description,
      keyvAdapter: () => keyv.adapter(),
      durabilityProblems: () => checkDurability(store),
      async close() {
        await keyv.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
