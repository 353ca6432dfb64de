import { createClient, createCluster, type RedisClientType, type RedisClusterType } from '@redis/client';
import { createDeadline } from './deadline.ts';
import type { RedisAddress } from './redis-url.ts';

/** Calls in flight on one socket; more than this means that nobody answers. */
const MAX_IN_FLIGHT = 20_000;

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
  /** Sends to the node that has `key`, after what was sent there before. */
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
  const client = createClient({
    ...credentials(address),
    database,
    socket: { ...nodes[0], ...socketOptions(address, connectTimeoutMs) },
    ...LIMITS,
  });
  client.on('error', onBroken);
  await connected(client.connect(), connectTimeoutMs, () => client.destroy());
  const send: MasterNode['send'] = (args) => client.sendCommand(args);
  const name = nodes.map(({ host, port }) => `${host}:${port}`).join();
  return {
    isCluster: false,
    client,
    send: (_key, args) => send(args),
    masters: async () => [{ name, send }],
    destroy: () => {
      if (client.isOpen) client.destroy();
    },
  };
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
