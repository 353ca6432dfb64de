import { GatewayOpcodes } from 'discord-api-types/v10';
import type { World } from '../world.ts';
import { endsSession } from './close-codes.ts';
import type { Session } from './session.ts';
import type { GatewayCounts, GatewaySettings, GatewayState } from './state.ts';

/** A session as it is now. */
export interface SessionView extends Pick<Session, 'id' | 'shard' | 'shardCount' | 'intents'> {
  seq: number;
  isConnected: boolean;
}

/** Switches that trouble the gateway. Each settles at once; what the client does about it takes its own time. */
export interface Controls {
  readonly counts: Readonly<GatewayCounts>;
  readonly sessions: readonly SessionView[];
  /** May be changed at any time. */
  readonly settings: GatewaySettings;
  /**
   * Closes every connection.
   * @param how `code`: default 4000; `null` cuts the connection without a word. `resumable: false` forgets the sessions
   */
  disconnect(how?: { code?: number | null; resumable?: boolean }): void;
  /** Asks every client to reconnect and resume (op 7). */
  askReconnect(): void;
  /** Tells every client that its session is invalid (op 9). */
  invalidate(how?: { resumable?: boolean }): void;
  /** Asks every client for a heartbeat now (op 1). */
  askHeartbeat(): void;
  /** Waits until a condition holds. @throws Error after `timeoutMs` (default 15000) with what there was */
  waitFor(condition: (controls: Controls) => boolean, timeoutMs?: number): Promise<void>;
}

export function createControls(state: GatewayState, world: World): Controls {
  const toAll = (op: number) => {
    for (const connection of state.connections) connection.send({ op });
  };
  return {
    get counts() {
      return { ...state.counts };
    },
    get sessions() {
      return [...state.sessions.values()].map(({ id, shard, shardCount, intents, seq, isConnected }) => ({
        id,
        shard,
        shardCount,
        intents,
        seq: seq(),
        isConnected: isConnected(),
      }));
    },
    get settings() {
      return state.settings;
    },
    disconnect({ code = 4_000, resumable = code === null || !endsSession(code) } = {}) {
      for (const connection of state.connections) {
        if (code === null) connection.cut();
        else connection.close(code);
      }
      if (!resumable) state.sessions.clear();
    },
    askReconnect: () => toAll(GatewayOpcodes.Reconnect),
    askHeartbeat: () => toAll(GatewayOpcodes.Heartbeat),
    invalidate({ resumable = false } = {}) {
      for (const connection of state.connections) connection.invalidate(resumable);
      if (!resumable) state.sessions.clear();
    },
    async waitFor(condition, timeoutMs = 15_000) {
      const describe = () => `there were ${JSON.stringify({ counts: this.counts, sessions: this.sessions })}`;
      await world.changes.until(() => condition(this) || undefined, timeoutMs, describe);
    },
  };
}
