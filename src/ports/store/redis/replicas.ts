import type { RedisConnection } from './connection.ts';
import { asNumber, asText } from './values.ts';

/** For so long what a node said of its replicas is believed. */
const BELIEVED_MS = 5_000;

/** How long a replica may take to have a write. */
const PATIENCE_MS = 500;

/**
 * Makes a write wait for a replica, where there is one: after a failover to a replica that had it, the write is there
 * (https://redis.io/docs/latest/commands/wait/).
 */
export interface Replicas {
  /**
   * Runs `write`, which writes to the node of `key`, and resolves when a replica has it too.
   * @throws Error when no replica had it in time: it is written, but a failover could still lose it
   */
  confirm<T>(key: string, write: () => Promise<T>): Promise<T>;
}

interface Node {
  lookedAt: number;
  hasReplicas: Promise<boolean>;
  /** The WAIT that the writes answered in this tick share. */
  shared: Promise<unknown> | null;
}

export function createReplicas(connection: RedisConnection): Replicas {
  const nodes = new Map<string, Node>();

  function look(key: string): Node {
    const known = nodes.get(key);
    if (known && performance.now() - known.lookedAt < BELIEVED_MS) return known;
    const asked = connection.send(key, ['INFO', 'replication']).then((reply) => countReplicas(asText(reply)) > 0);
    const node: Node = { lookedAt: performance.now(), hasReplicas: asked, shared: known?.shared ?? null };
    asked.catch(() => nodes.delete(key));
    nodes.set(key, node);
    return node;
  }

  function wait(key: string, node: Node): Promise<unknown> {
    node.shared ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        node.shared = null;
        connection.send(key, ['WAIT', '1', String(PATIENCE_MS)]).then(resolve, reject);
      });
    });
    return node.shared;
  }

  return {
    confirm: async (key, write) => {
      const node = look(key);
      const generation = connection.generation();
      const [result, hasReplicas] = await Promise.all([write(), node.hasReplicas]);
      if (!hasReplicas) return result;
      const confirmed = asNumber(await wait(key, node));
      // WAIT speaks of the writes of its own connection.
      if (confirmed >= 1 && generation === connection.generation()) return result;
      nodes.delete(key);
      throw new Error(`Expected a replica of ${connection.description} to have a write in ${PATIENCE_MS} ms, none had`);
    },
  };
}

/** @param info what INFO replication answers (https://redis.io/docs/latest/commands/info/) */
export function countReplicas(info: string): number {
  return Number(/^connected_slaves:(\d+)/m.exec(info)?.[1] ?? 0);
}
