import type { Log } from '../core/log.ts';
import type { Store } from '../core/store.ts';
import { type Clock, type Millis, SECOND } from '../core/time.ts';
import { createLoop, type Loop } from './loop.ts';

/** A platform's connection, which only one process of the fleet may have: two would both answer. */
export interface BotConnection {
  /** The platform's name. */
  name: string;
  isConnected(): boolean;
  connect(): Promise<void>;
  /** New turns stop; those that run go on. */
  disconnect(): Promise<void>;
}

export interface BotLease extends Loop {
  /** Looks after the lease once, now. */
  hold(): Promise<void>;
  /** Gives the lease to whoever stands by. */
  release(): Promise<void>;
}

/** A process that is gone is followed by another after this long. */
const LEASE: Millis = 15 * SECOND;
const LOOK_EVERY: Millis = 4 * SECOND;

/**
 * Connects while this process has the lease and stands by while another has it. A lease that cannot be prolonged in
 * time ends the connection before another process may take it.
 */
export function createBotLease(
  connection: BotConnection,
  deps: { store: Store; clock: Clock; log: Log; owner: string },
): BotLease {
  const { store, clock, log, owner } = deps;
  const name = `bot:${connection.name}`;
  let heldUntil: Millis = 0;
  let isStandingBy = false;

  async function take(): Promise<boolean> {
    const askedAt = clock();
    try {
      if (!(await store.lease(name, owner, LEASE, askedAt))) return false;
      heldUntil = askedAt + LEASE;
      return true;
    } catch (error) {
      log.warn({ err: error, lease: name }, 'a lease could not be looked at');
      return clock() < heldUntil - LOOK_EVERY;
    }
  }

  async function hold(): Promise<void> {
    const isOurs = await take();
    if (isOurs && !connection.isConnected()) {
      log.info({ platform: connection.name }, 'connecting');
      isStandingBy = false;
      await connection.connect();
    } else if (!isOurs && connection.isConnected()) {
      log.warn({ platform: connection.name }, 'another process has taken over; disconnecting');
      await connection.disconnect();
    } else if (!isOurs && !isStandingBy) {
      isStandingBy = true;
      log.info({ platform: connection.name }, 'another process is connected; standing by');
    }
  }

  const loop = createLoop(
    name,
    async () => {
      await hold();
      return false;
    },
    log,
    LOOK_EVERY,
  );

  return {
    ...loop,
    hold,
    async release() {
      await loop.stop();
      if (heldUntil > clock()) await store.lease(name, owner, 0, clock());
      heldUntil = 0;
    },
  };
}
