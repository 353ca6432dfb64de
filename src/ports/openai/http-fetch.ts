import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { globalAgent, request as requestHttps, Agent as SecureAgent } from 'node:https';
import { type Millis, SECOND } from '../../core/time.ts';

/** The answer stopped coming while it was under way. */
class IdleTimeout extends Error {
  override name = 'IdleTimeout';
}

/** A connection that was not used for longer may have been closed by the other side at the moment of its next use. */
const UNUSED_FOR: Millis = 4 * SECOND;

/**
 * A `fetch` for the SDK on node's own HTTP client: web streams around every answer cost processor time that nothing is
 * had for (docs/performance.md). An answer breaks with an IdleTimeout when no byte comes for `idleMs`; the SDK's own timeout ends with the
 * headers. Bytes count, not chunks of text: a server that keeps the connection alive while its model thinks is not idle.
 * A redirect is an answer like others.
 */
export function createHttpFetch(idleMs: Millis): typeof fetch {
  // The proxy that NODE_USE_ENV_PROXY gives to node's own agents (https://nodejs.org/docs/latest-v24.x/api/cli.html).
  const { proxyEnv } = globalAgent.options;
  const options = { keepAlive: true, timeout: UNUSED_FOR, proxyEnv };
  const [plain, secure] = [new Agent(options), new SecureAgent(options)];

  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(String(input));
      const isSecure = url.protocol === 'https:';
      const sent = (isSecure ? requestHttps : requestHttp)(url, {
        agent: isSecure ? secure : plain,
        method: init.method ?? 'GET',
        headers: Object.fromEntries(init.headers instanceof Headers ? init.headers : new Headers(init.headers)),
      });
      const abort = () => {
        reject(new DOMException('The call was aborted', 'AbortError'));
        sent.destroy();
      };
      init.signal?.addEventListener('abort', abort, { once: true });
      sent.once('close', () => init.signal?.removeEventListener('abort', abort));
      sent.on('error', reject);
      sent.once('response', (answer) => {
        // Whoever reads it is told; when it breaks before anybody reads, there is nobody to tell.
        answer.on('error', () => {});
        answer.setTimeout(idleMs, () => answer.destroy(new IdleTimeout(`no byte came for ${idleMs} ms`)));
        toResponse(answer).then(resolve, reject);
      });
      if (init.signal?.aborted === true) abort();
      else sent.end(init.body);
    });
}

/** What streams is handed on as it comes, as the `body`, for `readEvents`. Everything else is read first. */
async function toResponse(answer: IncomingMessage): Promise<Response> {
  const status = answer.statusCode ?? 0;
  const headers = answer.headers as Record<string, string>;
  const facts = { status, statusText: answer.statusMessage ?? '', headers };
  const isStream = status === 200 && headers['content-type']?.startsWith('text/event-stream') === true;
  if (isStream) return Object.defineProperty(new Response(null, facts), 'body', { value: answer });
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return new Response(parts.length === 0 ? null : Buffer.concat(parts), facts);
}
