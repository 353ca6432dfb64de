import { setImmediate as nextTick } from 'node:timers/promises';
import { isReply, type RedisConnection } from './connection.ts';
import { asNumber, asText } from './values.ts';

/** For so long what a node said of its replicas is believed. */
const BELIEVED_MS = 5_000;

/** How long a replica may take to have a write. */
const PATIENCE_MS = 1_000;

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

/** What is known of the node at the end of a lane. */
interface Lane {
  lookedAt: number;
  hasReplicas: Promise<boolean>;
  /** The WAIT that is under way; it holds up its lane, so there is one at a time. */
  current: Promise<unknown>;
  /** The next one, which all writes share that were answered meanwhile. */
  next: Promise<unknown> | null;
}

export function createReplicas(connection: RedisConnection): Replicas {
  const lanes = new Map<string, Lane>();

  function look(key: string): Lane {
    const name = connection.lane(key);
    const known = lanes.get(name);
    if (known && performance.now() - known.lookedAt < BELIEVED_MS) return known;
    const asked = hasReplicas(key);
    const lane: Lane = {
      lookedAt: performance.now(),
      hasReplicas: asked,
      current: known?.current ?? Promise.resolve(),
      next: null,
    };
    asked.catch(() => lanes.delete(name));
    lanes.set(name, lane);
    return lane;
  }

  async function hasReplicas(key: string): Promise<boolean> {
    try {
      return countReplicas(asText(await connection.send(key, ['INFO', 'replication']))) > 0;
    } catch (error) {
      // A user who may not ask: the durability check says so.
      if (isReply(error)) return false;
      throw error;
    }
  }

  function wait(key: string, lane: Lane): Promise<unknown> {
    lane.next ??= (async () => {
      await lane.current.catch(() => {});
      await nextTick();
      lane.current = connection.send(key, ['WAIT', '1', String(PATIENCE_MS)]);
      lane.next = null;
      return lane.current;
    })();
    return lane.next;
  }

  return {
    confirm: async (key, write) => {
      const lane = look(key);
      const generation = connection.generation();
      const result = await write();
      if (!(await lane.hasReplicas)) return result;
      const confirmed = asNumber(await wait(key, lane));
      // WAIT speaks of the writes of its own socket.
      if (confirmed >= 1 && generation === connection.generation()) return result;
      lanes.delete(connection.lane(key));
      throw new Error(`Expected a replica of ${connection.description} to have a write in ${PATIENCE_MS} ms, none had`);
    },
  };
}

/** @param info what INFO replication answers (https://redis.io/docs/latest/commands/info/) */
export function countReplicas(info: string): number {
  return Number(/^connected_slaves:(\d+)/m.exec(info)?.[1] ?? 0);
}
