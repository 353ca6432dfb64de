import { SocketModeReceiver } from '@slack/bolt';
import type { Log } from '../../core/log.ts';
import { type Clock, MINUTE, type Millis, SECOND } from '../../core/time.ts';
import type { SetTimer } from '../edit-pacer.ts';
import { createBoltLogger } from './bolt-logger.ts';
import type { ClientSettings } from './client-options.ts';
import { readSocketFault, type SocketRefusedError } from './socket-faults.ts';

export interface SocketLinkOptions {
  appToken: string;
  clientOptions: ClientSettings;
  clock: Clock;
  setTimer: SetTimer;
  log: Log;
  /** Called once, when trying again is no use. */
  onFatal(error: SocketRefusedError): void;
}

/** The connection of this process to Slack, kept up. */
export interface SocketLink {
  receiver: SocketModeReceiver;
  /** Resolves after the first attempt, whatever came of it; further ones go on by themselves. Never rejects. */
  connect(): Promise<void>;
  /** Resolves when nothing is open and nothing is tried any more. */
  disconnect(): Promise<void>;
  isConnected(): boolean;
}

/** A connection that held this long was a good one: what follows it is tried at once. */
const GOOD: Millis = 1 * MINUTE;
const LONGEST_PAUSE: Millis = 30 * SECOND;
/** Longer than this no farewell of Slack's is waited for. */
const FAREWELL: Millis = 2 * SECOND;

/**
 * Socket Mode by Bolt's receiver. It reconnects here and not in the client underneath, which waits five seconds after
 * each of Slack's regular refreshes and lets an outage at that moment end as an unhandled rejection.
 */
export function createSocketLink(options: SocketLinkOptions): SocketLink {
  const { clock, setTimer, log } = options;
  let stopping = new AbortController();
  let isUp = false;
  let lastReason: string | null = null;
  let noteEnd = () => {};
  let running: Promise<void> = Promise.resolve();

  const receiver = new SocketModeReceiver({
    appToken: options.appToken,
    autoReconnectEnabled: false,
    logger: createBoltLogger(log),
    installerOptions: {
      clientOptions: { ...options.clientOptions, fetch: (url, init) => fetchUntil(stopping.signal, url, init) },
    },
    async processEventErrorHandler({ error }) {
      log.error({ err: error }, 'an envelope of Slack failed');
      // Sent again, it would fail again.
      return true;
    },
  });
  const { client } = receiver;
  client.on('connected', () => {
    isUp = true;
  });
  client.on('disconnected', () => {
    isUp = false;
    noteEnd();
  });
  client.on('ws_message', (data: unknown) => {
    lastReason = disconnectReason(data) ?? lastReason;
  });

  async function hold(onFirst: () => void): Promise<{ lasted: Millis; error?: unknown }> {
    lastReason = null;
    try {
      await receiver.start();
    } catch (error) {
      return { lasted: 0, error };
    }
    const since = clock();
    log.info({}, 'connected to Slack by Socket Mode');
    onFirst();
    if (isUp) {
      await new Promise<void>((resolve) => {
        noteEnd = resolve;
      });
    }
    return { lasted: clock() - since };
  }

  async function keepUp({ signal }: AbortController, onFirst: () => void): Promise<void> {
    for (let failures = 0; ; ) {
      const { lasted, error } = await hold(onFirst);
      if (signal.aborted) return;
      const { fatal, retryAfterMs, reason } = readSocketFault(error, lastReason);
      if (fatal !== null) return options.onFatal(fatal);
      failures = lasted >= GOOD ? 0 : failures + 1;
      const pause = Math.max(pauseAfter(failures), retryAfterMs);
      log[failures > 1 ? 'warn' : 'info']({ reason, pause }, 'the connection to Slack ended: it is opened again');
      onFirst();
      if (pause > 0) await wait(pause, signal);
      if (signal.aborted) return;
    }
  }

  function wait(pause: Millis, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = setTimer(pause, end);
      signal.addEventListener('abort', end);
    });
  }

  return {
    receiver,
    isConnected: () => isUp,
    connect() {
      stopping = new AbortController();
      return new Promise((resolve) => {
        running = keepUp(stopping, resolve).finally(resolve);
      });
    },
    async disconnect() {
      stopping.abort();
      const cancel = setTimer(FAREWELL, () => void client.disconnect());
      await client.disconnect();
      await running;
      cancel();
    },
  };
}

/** At once the first time, then after one second, two, four and so on. */
function pauseAfter(failures: number): Millis {
  return failures <= 1 ? 0 : Math.min(LONGEST_PAUSE, SECOND * 2 ** (failures - 2));
}

type Fetch = NonNullable<ClientSettings['fetch']>;

/** A call that ends with the link. */
function fetchUntil(signal: AbortSignal, url: Parameters<Fetch>[0], init: Parameters<Fetch>[1]): ReturnType<Fetch> {
  const signals = init?.signal ? [signal, init.signal] : [signal];
  return fetch(url, { ...init, signal: AbortSignal.any(signals) } as RequestInit);
}

/** Why Slack ends the connection, out of its `disconnect` message. Source: https://docs.slack.dev/apis/events-api/using-socket-mode */
function disconnectReason(data: unknown): string | null {
  if (typeof data !== 'string') return null;
  try {
    const { type, reason } = JSON.parse(data);
    return type === 'disconnect' && typeof reason === 'string' ? reason : null;
  } catch {
    return null;
  }
}
