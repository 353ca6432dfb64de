import type { Millis, Store } from '../../../core/store.ts';
import { createAccounts } from './accounts.ts';
import { type ConnectionOptions, openConnection, type RedisConnection } from './connection.ts';
import type { RedisContext } from './context.ts';
import { createCoordination } from './coordination.ts';
import { createDepths } from './depths.ts';
import { createGate } from './gate.ts';
import { createIndexes } from './indexes.ts';
import { checkLayout } from './layout.ts';
import { createRecords } from './records.ts';
import { createReplicas } from './replicas.ts';
import { createRowPlaces } from './row-places.ts';
import { createRows } from './rows.ts';
import { createRunScript } from './run-script.ts';
import { lookScripts } from './scripts/look.ts';
import { sharedScripts } from './scripts/shared.ts';
import { at, createShards } from './shards.ts';
import { createSweep } from './sweep.ts';

/** The store on Redis, for any number of processes. */
export interface RedisStore extends Store {
  /** What the store sends its commands through. `close()` of the store closes it. */
  connection: RedisConnection;
}

export interface RedisStoreOptions extends ConnectionOptions {
  now(): Millis;
  /** What every key begins with; `tallybot` by default. */
  prefix?: string;
}

/**
 * Opens a store on a Redis server or cluster: see `parseRedisUrl` for the URL. Certificates of a private authority are
 * trusted by way of Node's NODE_EXTRA_CA_CERTS (https://nodejs.org/api/cli.html#node_extra_ca_certsfile).
 * @throws Error that names the address when it cannot be reached or written, refuses the password, or holds a store of
 * another layout
 */
export async function createRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const connection = await openConnection(options);
  const shards = createShards(options.prefix ?? 'tallybot', connection.isCluster);
  const run = createRunScript(connection);
  const replicas = createReplicas(connection);
  const context: RedisContext = {
    shards,
    now: options.now,
    send: connection.send,
    run,
    runDurably: (script, keys, values) => replicas.confirm(keys[0] ?? '', () => run(script, keys, values)),
    replicas,
  };
  try {
    await checkLayout(context, connection.description);
  } catch (error) {
    connection.close();
    throw error;
  }
  const look = lookScripts();
  const shared = sharedScripts();
  const places = createRowPlaces(shards);
  const { present, ...rows } = createRows(context, places);
  const gate = createGate(`The store ${connection.description}`);
  const methods: Omit<Store, 'close'> = {
    ...createAccounts({ context, look, places, rows: { ...rows, present } }),
    ...rows,
    ...createDepths(context, look),
    ...createRecords(context, look),
    ...createIndexes(context, shared),
    ...createCoordination(context, shared),
    sweep: createSweep(context, shared),
    check: async () => {
      const keys = shards.groups.map((group) => at(group, 0).key('write_check'));
      await Promise.all(keys.map((key) => connection.send(key, ['SET', key, String(options.now())])));
    },
  };
  return {
    connection,
    ...gate.around(methods),
    close: async () => {
      await gate.close();
      connection.close();
    },
  };
}
