import { type Client, SimpleShardingStrategy, Status, type WebSocketOptions, WebSocketShardEvents } from 'discord.js';
import type { Millis } from '../../core/time.ts';

/** Instead of discord.js's half minute: a socket that hangs holds up the end. */
export const HANDSHAKE_WITHIN: Millis = 5_000;
/** The code of a socket that ended without one. Source: RFC 6455, section 7.1.5. */
const NO_CODE = 1_006;

/** discord.js's own way to keep shards connected, mended in two places. */
export interface Sharding {
  /** For the option of the same name. */
  buildStrategy: NonNullable<WebSocketOptions['buildStrategy']>;
  /** No shard makes a socket any more. */
  stop(): void;
  /** The shards that wanted to make one after `stop`. */
  readonly stopped: ReadonlySet<number>;
}

/**
 * discord.js may be between two sockets when it is told to end, and then makes the next one all the same. And it forgets
 * its session when the network fails while it connects again, and with it the events that it missed.
 * @param shardsOf gives the client's shards, once there is a client
 */
export function createSharding(shardsOf: () => Client['ws']['shards']): Sharding {
  const stopped = new Set<number>();
  /** How the last socket of each shard ended. */
  const codes = new Map<number, number | null>();
  let isOver = false;

  function watch(id: number): void {
    if (codes.has(id)) return;
    codes.set(id, null);
    shardsOf()
      .get(id)
      ?.on(WebSocketShardEvents.Close, ({ code }) => codes.set(id, code));
  }

  /** The network failed and Discord has not been reached since, so it has not said that the session is over. */
  function isCut(id: number): boolean {
    return codes.get(id) === NO_CODE && shardsOf().get(id)?.status === Status.Connecting;
  }

  return {
    stopped,
    stop() {
      isOver = true;
    },
    buildStrategy(manager) {
      const { retrieveSessionInfo, updateSessionInfo } = manager.options;
      manager.options.handshakeTimeout = HANDSHAKE_WITHIN;
      // Asked before a socket is made: without an answer there will be none.
      manager.options.retrieveSessionInfo = (shard) => {
        watch(shard);
        if (!isOver) return retrieveSessionInfo(shard);
        stopped.add(shard);
        return new Promise(() => {});
      };
      manager.options.updateSessionInfo = (shard, session) =>
        session === null && isCut(shard) ? undefined : updateSessionInfo(shard, session);
      return new SimpleShardingStrategy(manager);
    },
  };
}
