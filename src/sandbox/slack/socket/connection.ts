import type { RawData, WebSocket } from 'ws';

/** What Slack wraps around a payload. Source: https://docs.slack.dev/apis/events-api/using-socket-mode */
export interface Envelope {
  envelope_id: string;
  type: 'events_api' | 'slash_commands' | 'interactive';
  payload: object;
  /** Whether the acknowledgement may carry an answer. */
  accepts_response_payload: boolean;
  /** Events only: 0 and an empty reason at first. */
  retry_attempt?: number;
  retry_reason?: string;
}

/** Why Slack ends a connection; `warning` comes some seconds before it does. */
export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';

/** What came of an envelope: the payload of its acknowledgement, or why there was none. */
export type EnvelopeOutcome = { payload: object } | 'http_timeout' | 'connection_failed';

/** One WebSocket of the app. */
export interface SlackConnection {
  /** For example `applink-1`. */
  readonly host: string;
  /** The envelopes that went through it, oldest first. */
  readonly sent: readonly Envelope[];
  /** Sends an envelope and waits for its acknowledgement on this very connection. */
  send(envelope: Envelope, deadlineMs: number): Promise<EnvelopeOutcome>;
  /** Sends anything that is no envelope. */
  say(message: object): void;
  /** Asks the app to go, and closes when it has not done so after ten seconds; a warning closes nothing. */
  askToLeave(reason: DisconnectReason): void;
  /** Cuts the line without a word. */
  drop(): void;
}

const GRACE_MS = 10_000;
const PING_EVERY_MS = 5_000;

/** @param isSilent while it says true, pings are neither sent nor answered: a line that is dead and does not know it */
export function createConnection(socket: WebSocket, host: string, isSilent: () => boolean): SlackConnection {
  const sent: Envelope[] = [];
  const waiting = new Map<string, (outcome: EnvelopeOutcome) => void>();
  let leaving: NodeJS.Timeout | undefined;
  const pings = setInterval(() => {
    if (!isSilent()) socket.ping(`Ping from ${host}`);
  }, PING_EVERY_MS);

  socket.on('ping', (data) => {
    if (!isSilent()) socket.pong(data);
  });
  socket.on('message', (data) => {
    const { envelope_id: id, payload } = parse(data);
    if (typeof id === 'string') waiting.get(id)?.({ payload: isObject(payload) ? payload : {} });
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearInterval(pings);
    clearTimeout(leaving);
    for (const end of [...waiting.values()]) end('connection_failed');
  });

  const say = (message: object) => socket.send(JSON.stringify(message));
  return {
    host,
    sent,
    say,
    send: (envelope, deadlineMs) =>
      new Promise((resolve) => {
        const end = (outcome: EnvelopeOutcome) => {
          clearTimeout(deadline);
          waiting.delete(envelope.envelope_id);
          resolve(outcome);
        };
        const deadline = setTimeout(() => end('http_timeout'), deadlineMs);
        waiting.set(envelope.envelope_id, end);
        sent.push(envelope);
        say(envelope);
      }),
    askToLeave(reason) {
      say({ type: 'disconnect', reason, debug_info: { host } });
      if (reason === 'too_many_websockets') socket.close(1000);
      else if (reason !== 'warning') leaving ??= setTimeout(() => socket.close(1000), GRACE_MS);
    },
    drop: () => socket.terminate(),
  };
}

function parse(data: RawData): { envelope_id?: unknown; payload?: unknown } {
  try {
    const parsed: unknown = JSON.parse(String(data));
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
