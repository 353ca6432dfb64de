import { HOLD_LEASE, lapseRowId } from '../account/hold.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Store } from '../store.ts';
import { type Clock, type Millis, SECOND } from '../time.ts';

/** How often the streams of a process tell that they live, all in one write. */
const HEARTBEAT_EVERY: Millis = 5 * SECOND;

export interface Heartbeat {
  /** Resolves when the first beat was written, or could not be: what is shown before it nobody else could close. */
  begun: Promise<void>;
  /** Whether this process may still write to the asker: its lease has not run out, and nobody took the hold. */
  isOurs(): boolean;
  /** We are about to settle, which removes the row: that a beat no longer finds it says nothing from now on. */
  settling(): void;
  end(): void;
}

export interface Heartbeats {
  /**
   * Beats with the others from now on.
   * @param progress what the recovery would need, at the moment of each beat
   * @param isAtOnce (true) beats now as well, with all that begin at this moment: a message stands there that must be
   * closed even if this ask dies now
   */
  begin(askId: string, progress: () => object, onLost: () => void, isAtOnce?: boolean): Heartbeat;
  /** Writes one beat for every stream now. */
  beat(): Promise<void>;
  close(): void;
}

interface Stream {
  progress: () => object;
  onLost: () => void;
  leaseUntil: Millis;
  isSettling: boolean;
}

export function createHeartbeats(deps: {
  store: Pick<Store, 'extend'>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): Heartbeats {
  const streams = new Map<string, Stream>();
  let timer: NodeJS.Timeout | null = null;
  let beginning: { streams: [string, Stream][]; beaten: Promise<void> } | null = null;

  /** The answers of a store come many at a time; an immediate lets all holds that they make begin before it. */
  async function beatBeginning(streams: [string, Stream][]): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    beginning = null;
    await beat(streams);
  }

  function firstBeat(askId: string, stream: Stream): Promise<void> {
    if (beginning === null) {
      const streams: [string, Stream][] = [];
      beginning = { streams, beaten: beatBeginning(streams) };
    }
    beginning.streams.push([askId, stream]);
    return beginning.beaten;
  }

  function lose(askId: string, stream: Stream): void {
    streams.delete(askId);
    deps.metrics.count('streams_fenced');
    deps.log.warn({ askId }, 'the lease of a stream has run out; it stops');
    stream.onLost();
  }

  async function beat(beating: [string, Stream][]): Promise<void> {
    if (beating.length === 0) return;
    const leaseUntil = deps.clock() + HOLD_LEASE;
    try {
      const rows = beating.map(([askId, stream]) => ({ id: lapseRowId(askId), body: stream.progress() }));
      const alive = await deps.store.extend(rows, leaseUntil);
      for (const [askId, stream] of beating) {
        if (alive.has(lapseRowId(askId))) stream.leaseUntil = leaseUntil;
        else if (streams.get(askId) === stream && !stream.isSettling) lose(askId, stream);
      }
    } catch (error) {
      deps.log.warn({ err: error, streams: beating.length }, 'a heartbeat could not be written');
    }
    for (const [askId, stream] of [...streams]) {
      if (deps.clock() >= stream.leaseUntil) lose(askId, stream);
    }
  }

  return {
    begin(askId, progress, onLost, isAtOnce = true) {
      const stream: Stream = { progress, onLost, leaseUntil: deps.clock() + HOLD_LEASE, isSettling: false };
      streams.set(askId, stream);
      timer ??= setInterval(() => void beat([...streams]), HEARTBEAT_EVERY).unref();
      const begun = isAtOnce ? firstBeat(askId, stream) : Promise.resolve();
      return {
        begun,
        isOurs: () => streams.get(askId) === stream && deps.clock() < stream.leaseUntil,
        settling() {
          stream.isSettling = true;
        },
        end: () => {
          if (streams.get(askId) === stream) streams.delete(askId);
        },
      };
    },
    beat: () => beat([...streams]),
    close() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      streams.clear();
    },
  };
}
