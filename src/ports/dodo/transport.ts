import type { DodoClock } from './dodo-clock.ts';

/** What became of a request that got no answer. */
export class TransportFailure extends Error {
  override name = 'TransportFailure';
  /** False: the request never left this machine. True: it may have arrived. */
  readonly sent: boolean;
  /** Node's, such as ECONNRESET. Not in the message: the SDK takes an error that speaks of a timeout for its own. */
  readonly code: string;
  readonly origin: unknown;
  constructor(sent: boolean, code: string, origin: unknown) {
    super(sent ? 'the connection broke before the answer was complete' : 'no connection');
    this.sent = sent;
    this.code = code;
    this.origin = origin;
  }
}

const NEVER_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/;
const TLS_REFUSED = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO$)/;
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * The `fetch` that is given to Dodo's SDK. It reads the whole answer, so that the SDK's timeout covers a body that
 * stalls; it learns Dodo's clock; it follows no redirect, so that the key goes nowhere else.
 * @param onHeard called for every 2xx answer
 * @throws TransportFailure; the abort error as it is when the SDK's own timeout struck
 */
export function createTransport(dodoClock: DodoClock, onHeard: () => void): typeof fetch {
  return async (input, init) => {
    try {
      const response = await fetch(input, { ...init, redirect: 'manual' });
      dodoClock.hear(response.headers.get('date'));
      const body = await response.arrayBuffer();
      if (response.ok) onHeard();
      return new Response(WITHOUT_BODY.has(response.status) ? null : body, {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      });
    } catch (error) {
      if (init?.signal?.aborted) throw error;
      const { code, connecting } = innermost(error);
      throw new TransportFailure(!(NEVER_SENT.test(code) || TLS_REFUSED.test(code) || connecting), code, error);
    }
  };
}

/** Node's fetch wraps the socket's error, once or twice, and several of them when it tried several addresses. */
function innermost(error: unknown): { code: string; connecting: boolean } {
  let at: unknown = error;
  while (at instanceof Error) {
    const { code, syscall } = at as { code?: unknown; syscall?: unknown };
    if (typeof code === 'string') return { code, connecting: syscall === 'connect' };
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return { code: error instanceof Error ? error.name : typeof error, connecting: false };
}
