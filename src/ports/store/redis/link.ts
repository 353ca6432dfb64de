import { createClient, createCluster, type RedisClientType, type RedisClusterType } from '@redis/client';
import { createDeadline } from './deadline.ts';
import type { RedisAddress } from './redis-url.ts';
import { at } from './shards.ts';

/** Calls in flight on one socket; more than this means that nobody answers. */
const MAX_IN_FLIGHT = 20_000;

/**
 * Sockets to a single server. It takes no more than some 16 kB from a socket before it writes its file to the disk: with
 * several, more commits share a write. More than four gave nothing.
 */
const LANES = 4;

/** A node that takes writes. */
export interface MasterNode {
  /** Host and port. */
  name: string;
  send(args: readonly string[]): Promise<unknown>;
}

/** The client of `@redis/client` that a link has. */
export type LinkClient = RedisClientType | RedisClusterType;

/** One life of the connection to Redis: it is never mended, a new one takes its place. */
export interface RedisLink {
  isCluster: boolean;
  client: LinkClient;
  /** Names what goes the same way as `key`, in the order of its sending: what shares its hash tag does. */
  lane(key: string): string;
  /** Sends to the node that has `key`, after what was sent on its lane before. */
  send(key: string, args: readonly string[]): Promise<unknown>;
  masters(): Promise<MasterNode[]>;
  /** Ends it at once; what was not answered is rejected. */
  destroy(): void;
}

export interface LinkOptions {
  address: RedisAddress;
  connectTimeoutMs: number;
  /** A socket broke. */
  onBroken(error: Error): void;
}

/**
 * Connects to a single server, or to a cluster when there are several nodes or the one says that it is part of one.
 * @throws what the server or the network said
 */
export async function openLink(options: LinkOptions): Promise<RedisLink> {
  if (options.address.nodes.length > 1) return openCluster(options);
  const link = await openSingle(options);
  if (!(await saysCluster(link))) return link;
  link.destroy();
  return openCluster(options);
}

async function openSingle({ address, connectTimeoutMs, onBroken }: LinkOptions): Promise<RedisLink> {
  const { nodes, database } = address;
  const lanes = Array.from({ length: LANES }, () =>
    createClient({
      ...credentials(address),
      database,
      socket: { ...nodes[0], ...socketOptions(address, connectTimeoutMs) },
      ...LIMITS,
    }),
  );
  for (const client of lanes) client.on('error', onBroken);
  const destroy = (): void => {
    for (const client of lanes) if (client.isOpen) client.destroy();
  };
  await connected(Promise.all(lanes.map((client) => client.connect())), connectTimeoutMs, destroy);
  const client = at(lanes, 0);
  const send: MasterNode['send'] = (args) => client.sendCommand(args);
  const name = nodes.map(({ host, port }) => `${host}:${port}`).join();
  return {
    isCluster: false,
    client,
    lane: (key) => String(laneOf(key)),
    send: (key, args) => at(lanes, laneOf(key)).sendCommand(args),
    masters: async () => [{ name, send }],
    destroy,
  };
}

function laneOf(key: string): number {
  let sum = 0;
  for (const character of hashTag(key)) sum += character.charCodeAt(0);
  return sum % LANES;
}

/** What decides in a cluster where a key lies (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags). */
function hashTag(key: string): string {
  return /\{(.+?)\}/.exec(key)?.[1] ?? key;
}

async function openCluster({ address, connectTimeoutMs, onBroken }: LinkOptions): Promise<RedisLink> {
  const common = socketOptions(address, connectTimeoutMs);
  let lastError: unknown;
  const cluster = createCluster({
    rootNodes: address.nodes.map((node) => ({ socket: { ...node, ...common } })),
    defaults: { ...credentials(address), socket: common, ...LIMITS },
    // A node that is down is none of the business of the shards on the others.
    minimizeConnections: true,
  });
  cluster.on('error', (error) => {
    lastError = error;
  });
  cluster.on('node-error', onBroken);
  try {
    await connected(cluster.connect(), connectTimeoutMs * address.nodes.length, () => cluster.destroy());
  } catch (error) {
    // The client's own words are no more than that no node was of use.
    throw lastError ?? error;
  }
  return {
    isCluster: true,
    client: cluster,
    lane: hashTag,
    send: (key, args) => cluster.sendCommand(key, false, [...args]),
    masters: async () => {
      const masters = cluster.masters.map(async (node) => ({
        name: node.address,
        client: await cluster.nodeClient(node),
      }));
      return (await Promise.all(masters)).map(({ name, client }) => ({
        name,
        send: (args) => client.sendCommand(args),
      }));
    },
    destroy: () => {
      for (const { client } of cluster.masters) if (client?.isOpen) client.destroy();
      try {
        cluster.destroy();
      } catch {
        // It throws at the first node whose client has ended; all have by now.
      }
    },
  };
}

const LIMITS = {
  commandsQueueMaxLength: MAX_IN_FLIGHT,
  disableOfflineQueue: true,
  maintNotifications: 'disabled',
} as const;

function credentials({ username, password }: RedisAddress): { username?: string; password?: string } {
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

function socketOptions({ tls }: RedisAddress, connectTimeout: number) {
  const common = { connectTimeout, reconnectStrategy: false } as const;
  return tls ? ({ ...common, tls: true } as const) : common;
}

/** A server that accepts the connection and then says nothing counts as one that is not there. */
async function connected(connecting: Promise<unknown>, timeoutMs: number, giveUp: () => void): Promise<void> {
  try {
    await createDeadline(timeoutMs, `no answer within ${timeoutMs} ms`).bound(connecting);
  } catch (error) {
    connecting.catch(() => {});
    try {
      giveUp();
    } catch {
      // It had ended by itself.
    }
    throw error;
  }
}

async function saysCluster(link: RedisLink): Promise<boolean> {
  try {
    return `${await link.send('', ['INFO', 'cluster'])}`.includes('cluster_enabled:1');
  } catch {
    // A user who may not ask is told nothing; the first command then says what is wrong.
    return false;
  }
}
