import { setTimeout as pause } from 'node:timers/promises';
import { createClient, createCluster } from '@redis/client';
import { type RedisServer, startRedisServer } from './redis-server.ts';

const SLOTS = 16_384;

/** Redis servers that form a cluster, each with its share of the slots. */
export interface RedisClusterServers {
  /** All nodes, as the store takes them. */
  url: string;
  nodes: readonly RedisServer[];
  /** Deletes all keys. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function startRedisCluster(size = 3): Promise<RedisClusterServers> {
  const settings = [
    '--cluster-enabled',
    'yes',
    '--cluster-node-timeout',
    '500',
    '--cluster-require-full-coverage',
    'no',
  ];
  const nodes = await Promise.all(Array.from({ length: size }, () => startRedisServer(settings)));
  const close = async () => {
    await Promise.all(nodes.map((node) => node.close()));
  };
  try {
    await joinNodes(nodes);
  } catch (error) {
    await close();
    throw error;
  }
  const cluster = createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) });
  await cluster.connect();
  return {
    url: nodes.map(({ url }) => url).join(','),
    nodes,
    clear: async () => {
      const clients = await Promise.all(cluster.masters.map((node) => cluster.nodeClient(node)));
      await Promise.all(clients.map((client) => client.sendCommand(['FLUSHALL'])));
    },
    close: async () => {
      cluster.destroy();
      await close();
    },
  };
}

/** https://redis.io/docs/latest/commands/cluster-addslotsrange/, …/cluster-meet/ */
async function joinNodes(nodes: readonly RedisServer[]): Promise<void> {
  const clients = await Promise.all(nodes.map(({ url }) => createClient({ url }).connect()));
  try {
    const share = Math.ceil(SLOTS / nodes.length);
    await Promise.all(
      clients.map((client, n) =>
        client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', `${n * share}`, `${Math.min(SLOTS, (n + 1) * share) - 1}`]),
      ),
    );
    for (const [n, client] of clients.entries()) {
      await client.sendCommand(['CLUSTER', 'SET-CONFIG-EPOCH', `${n + 1}`]);
      if (n > 0) await client.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', `${nodes[0]?.port}`]);
    }
    for (const client of clients) {
      for (let tries = 0; ; tries += 1) {
        const info = `${await client.sendCommand(['CLUSTER', 'INFO'])}`;
        if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`)) break;
        if (tries === 1_000) throw new Error(`The cluster does not form: ${info}`);
        await pause(10);
      }
      // Short, to form quickly; long, so that a busy machine is not taken for nodes that are down.
      await client.sendCommand(['CONFIG', 'SET', 'cluster-node-timeout', '15000']);
    }
  } finally {
    for (const client of clients) client.destroy();
  }
}
