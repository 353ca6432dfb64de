import { GatewayOpcodes } from 'discord-api-types/v10';

/** What goes over the wire: https://discord.com/developers/docs/events/gateway-events#payload-structure */
export interface Frame {
  op: number;
  d?: unknown;
  s?: number | null;
  t?: string | null;
}

/** One identified shard of the bot. It outlives its connection, so that it can be resumed. */
export interface Session {
  readonly id: string;
  readonly shard: number;
  readonly shardCount: number;
  readonly intents: number;
  /** The number of the last event. */
  seq(): number;
  isConnected(): boolean;
  /** Numbers an event and sends it, or keeps it for the client to resume. */
  dispatch(type: string, data: unknown): void;
  /** Frames go this way from now on; null while there is no connection. */
  connect(send: ((frame: Frame) => void) | null): void;
  /** Sends again what came after an event. @returns how many; null when the client names an event that never was */
  replay(after: number): number | null;
}

/** How many events are kept for a resume; the simulator's own figure. */
const KEPT = 1_000;

export function createSession(about: Pick<Session, 'id' | 'shard' | 'shardCount' | 'intents'>): Session {
  const kept: Frame[] = [];
  let seq = 0;
  let send: ((frame: Frame) => void) | null = null;
  return {
    ...about,
    seq: () => seq,
    isConnected: () => send !== null,
    dispatch(type, data) {
      seq += 1;
      // The world goes on changing; the event tells how it was.
      const frame: Frame = { op: GatewayOpcodes.Dispatch, t: type, s: seq, d: structuredClone(data) };
      kept.push(frame);
      if (kept.length > KEPT) kept.shift();
      send?.(frame);
    },
    connect(way) {
      send = way;
    },
    replay(after) {
      if (after > seq) return null;
      const missed = kept.filter((frame) => Number(frame.s) > after);
      for (const frame of missed) send?.(frame);
      return missed.length;
    },
  };
}
