import { GatewayCloseCodes } from 'discord-api-types/v10';
import { isObject } from '../rules/json.ts';
import type { World } from '../world.ts';
import { readIdentify } from './identify.ts';
import { createSession, type Session } from './session.ts';
import { type GatewayState, MAX_CONCURRENCY } from './state.ts';

/** One identify in this time for each rate limit key. Source: Discord, Gateway, "Max Concurrency". */
const IDENTIFY_WINDOW_MS = 5_000;

/** Who may begin or resume a session. The answers are those of `ConnectionHost`. */
export interface Admission {
  identify(data: unknown): Session | number | 'invalid';
  resume(data: unknown): { session: Session; after: number } | number | 'invalid';
}

/** @param elapsed milliseconds on the clock of rate limits */
export function createAdmission(world: World, state: GatewayState, elapsed: () => number): Admission {
  function isTooSoon(shard: number): boolean {
    const key = shard % MAX_CONCURRENCY;
    const last = state.identifiedAt.get(key);
    if (last !== undefined && elapsed() - last < IDENTIFY_WINDOW_MS) return true;
    state.identifiedAt.set(key, elapsed());
    return false;
  }

  return {
    identify(data) {
      const { settings, counts } = state;
      counts.identifies += 1;
      const refusal = settings.refuseIdentify.shift();
      if (refusal !== undefined) return refusal;
      const identity = readIdentify(data, world.application.token, settings);
      if (typeof identity === 'number') return identity;
      // Discord resets the token of an app that begins too often.
      if (settings.startsLeft === 0) return GatewayCloseCodes.AuthenticationFailed;
      if (isTooSoon(identity.shard)) return 'invalid';
      settings.startsLeft -= 1;
      counts.sessions += 1;
      const session = createSession({ id: world.newToken().slice(0, 32), ...identity });
      state.sessions.set(session.id, session);
      return session;
    },
    resume(data) {
      state.counts.resumes += 1;
      if (!isObject(data)) return GatewayCloseCodes.DecodeError;
      if (data.token !== world.application.token) return GatewayCloseCodes.AuthenticationFailed;
      const session = state.sessions.get(String(data.session_id));
      if (session === undefined || session.isConnected()) return 'invalid';
      return { session, after: Number(data.seq) };
    },
  };
}
