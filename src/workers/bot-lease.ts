import type { Log } from '../core/log.ts';
import type { Store } from '../core/store.ts';
import { type Clock, type Millis, SECOND } from '../core/time.ts';
import { createLoop, type Loop } from './loop.ts';

/** A platform's connection, which only one process of the fleet may have: two would both answer. */
export interface BotConnection {
  /** The platform's name. */
  name: string;
  isConnected(): boolean;
  /** Asks the platform whether what it lets in is set as it should be. Throws saying what is not. */
  check(): Promise<void>;
  /** Called once, and again only after `disconnect`; what is lost in between it mends itself. Throws when it never can. */
  connect(): Promise<void>;
  /** New turns stop; those that run go on. */
  disconnect(): Promise<void>;
}

export interface BotLease extends Loop {
  /** Looks after the lease once, now. */
  hold(): Promise<void>;
  /** Throws unless this process is connected and the platform content, or it stands by. */
  check(): Promise<void>;
  /** Disconnects and lets whoever stands by take over. */
  release(): Promise<void>;
}

export interface BotLeaseDeps {
  store: Store;
  clock: Clock;
  log: Log;
  owner: string;
  /** The platform refuses for good. */
  onFatal(error: Error): void;
}

/** A process that is gone is followed by another after this long. */
const LEASE: Millis = 15 * SECOND;
const LOOK_EVERY: Millis = 4 * SECOND;
/** The next look may be late, and another process's clock a little ahead. */
const MARGIN: Millis = 1 * SECOND;

/**
 * Connects while this process has the lease and stands by while another has it. A lease that cannot be prolonged in
 * time ends the connection before another process may take it.
 */
export function createBotLease(connection: BotConnection, deps: BotLeaseDeps): BotLease {
  const { store, clock, log, owner } = deps;
  const name = `bot:${connection.name}`;
  let heldUntil: Millis = 0;
  let state: 'idle' | 'joined' | 'standing_by' = 'idle';

  async function take(): Promise<boolean> {
    const askedAt = clock();
    try {
      if (!(await store.lease(name, owner, LEASE, askedAt))) return false;
      heldUntil = askedAt + LEASE;
      return true;
    } catch (error) {
      log.warn({ err: error, lease: name }, 'a lease could not be looked at');
      return clock() + LOOK_EVERY < heldUntil - MARGIN;
    }
  }

  async function join(): Promise<void> {
    state = 'joined';
    log.info({ platform: connection.name }, 'connecting');
    try {
      await connection.connect();
    } catch (error) {
      // Refused because we left again meanwhile is no fault.
      if (state === 'joined') deps.onFatal(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    await connection.check().catch((error: unknown) => {
      if (!connection.isConnected()) return;
      const why = error instanceof Error ? error.message : String(error);
      log.error({ platform: connection.name, why }, 'connected, but not everything can work');
    });
  }

  async function hold(): Promise<void> {
    const isOurs = await take();
    if (isOurs && state !== 'joined') void join();
    else if (!isOurs && state !== 'standing_by') {
      const wasJoined = state === 'joined';
      state = 'standing_by';
      log.info({ platform: connection.name }, 'standing by: another process is connected, or may be');
      if (wasJoined) await connection.disconnect();
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
    async check() {
      if (state === 'standing_by') return;
      if (!connection.isConnected()) throw new Error(`${connection.name} is not connected`);
      await connection.check();
    },
    async release() {
      await loop.stop();
      const wasJoined = state === 'joined';
      state = 'idle';
      if (!wasJoined) return;
      await connection.disconnect();
      heldUntil = 0;
      await store.lease(name, owner, 0, clock()).catch((error: unknown) => {
        log.warn({ err: error, lease: name }, 'a lease could not be given up; it lapses by itself');
      });
    },
  };
}
