import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';
import type { RawData, WebSocket } from 'ws';
import { isObject } from '../rules/json.ts';
import { closeReason, endsSession } from './close-codes.ts';
import type { Frame, Session } from './session.ts';

/** What a connection asks of the gateway. */
export interface ConnectionHost {
  heartbeatIntervalMs: number;
  elapsed(): number;
  answersHeartbeats(): boolean;
  /** A number is the close code, `invalid` an answer of op 9, anything else the new session. */
  identify(data: unknown): Session | number | 'invalid';
  /** The same for a session that goes on, with the event after which it does. */
  resume(data: unknown): { session: Session; after: number } | number | 'invalid';
  /** A connection was accepted for this session, which has sent nothing over it so far. */
  onIdentified(session: Session): void;
  onResumed(session: Session, after: number): number | null;
  onClosed(connection: Connection, sessionEnds: boolean): void;
}

/** One WebSocket of a client. */
export interface Connection {
  session(): Session | null;
  send(frame: Frame): void;
  /** Says that its session is invalid, and lets go of it. */
  invalidate(resumable: boolean): void;
  /** Closes it with this code. */
  close(code: number): void;
  /** Cuts it without a word. */
  cut(): void;
}

/** Source: Discord, Gateway, "Rate Limiting". */
const SENDS = 120;
const SENDS_WINDOW_MS = 60_000;
/** Discord waits somewhat longer than the interval; the simulator's own figure. */
const HEARTBEAT_GRACE = 2;

const IGNORED: ReadonlySet<unknown> = new Set([GatewayOpcodes.PresenceUpdate, GatewayOpcodes.VoiceStateUpdate]);

/** Speaks Discord's side of a gateway connection: https://discord.com/developers/docs/events/gateway#connections */
export function openConnection(socket: WebSocket, host: ConnectionHost): Connection {
  let session: Session | null = null;
  let sends: number[] = [];
  let silence: NodeJS.Timeout | undefined;

  const send = (frame: Frame) => socket.send(JSON.stringify({ s: null, t: null, d: null, ...frame }));
  const close = (code: number) => socket.close(code, closeReason(code));

  function heard(): void {
    clearTimeout(silence);
    silence = setTimeout(() => close(GatewayCloseCodes.SessionTimedOut), host.heartbeatIntervalMs * HEARTBEAT_GRACE);
  }

  function invalidate(resumable: boolean): void {
    session?.connect(null);
    session = null;
    send({ op: GatewayOpcodes.InvalidSession, d: resumable });
  }

  /** Null when the client was refused. */
  function accepted<Answer extends object>(answer: Answer | number | 'invalid'): Answer | null {
    if (typeof answer === 'number') close(answer);
    else if (answer === 'invalid') invalidate(false);
    else return answer;
    return null;
  }

  function take({ op, d }: Frame): void {
    if (op === GatewayOpcodes.Heartbeat) {
      heard();
      if (host.answersHeartbeats()) send({ op: GatewayOpcodes.HeartbeatAck });
    } else if (op === GatewayOpcodes.Identify || op === GatewayOpcodes.Resume) {
      if (session !== null) close(GatewayCloseCodes.AlreadyAuthenticated);
      else if (op === GatewayOpcodes.Identify) identify(d);
      else resume(d);
    } else if (session === null) {
      close(GatewayCloseCodes.NotAuthenticated);
    } else if (!IGNORED.has(op)) {
      close(GatewayCloseCodes.UnknownOpcode);
    }
  }

  function identify(data: unknown): void {
    const made = accepted(host.identify(data));
    if (made === null) return;
    session = made;
    session.connect(send);
    host.onIdentified(session);
  }

  function resume(data: unknown): void {
    const found = accepted(host.resume(data));
    if (found === null) return;
    session = found.session;
    session.connect(send);
    if (host.onResumed(session, found.after) === null) close(GatewayCloseCodes.InvalidSeq);
  }

  const connection: Connection = { session: () => session, send, invalidate, close, cut: () => socket.terminate() };

  socket.on('message', (raw) => {
    const now = host.elapsed();
    sends = [...sends.filter((at) => now - at < SENDS_WINDOW_MS), now];
    const frame = readFrame(raw);
    if (sends.length > SENDS) close(GatewayCloseCodes.RateLimited);
    else if (frame === null) close(GatewayCloseCodes.DecodeError);
    else take(frame);
  });
  socket.on('close', (code) => {
    clearTimeout(silence);
    session?.connect(null);
    host.onClosed(connection, endsSession(code));
  });
  // A cut connection is told of by `close` as well.
  socket.on('error', () => {});
  heard();
  send({ op: GatewayOpcodes.Hello, d: { heartbeat_interval: host.heartbeatIntervalMs } });
  return connection;
}

function readFrame(raw: RawData): Frame | null {
  try {
    const value: unknown = JSON.parse(raw.toString());
    return isObject(value) && typeof value.op === 'number' ? { op: value.op, d: value.d } : null;
  } catch {
    return null;
  }
}
