import type { Readable } from 'node:stream';
import type { Dispatcher, request } from 'undici';
import type { Millis } from '../../core/time.ts';

/** How undici is asked for a URL. */
type Send = (url: string, options: Parameters<typeof request>[1]) => Promise<Dispatcher.ResponseData<unknown>>;

/**
 * A `fetch` for the SDK on undici's own `request` (https://undici.nodejs.org/#/docs/api/Dispatcher): web streams around
 * every answer cost processor time that nothing is had for (docs/performance.md). An answer breaks when no byte comes for
 * `idleMs`; the SDK's own timeout ends with the headers. Bytes count, not chunks of text: a server that keeps the
 * connection alive while its model thinks is not idle. A redirect is an answer like others.
 */
export function createHttpFetch(idleMs: Millis): typeof fetch {
  let send: Promise<Send> | undefined;

  return async (input, init = {}) => {
    send ??= openClient(idleMs);
    const answer = await (await send)(String(input), {
      method: (init.method ?? 'GET') as Dispatcher.HttpMethod,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: init.body as string | null,
      ...(init.signal ? { signal: init.signal } : {}),
    });
    return toResponse(answer);
  };
}

/** Loaded at the first call: it takes as long as a tenth of a start. */
async function openClient(idleMs: Millis): Promise<Send> {
  const { Agent, request } = await import('undici');
  const dispatcher = new Agent({ bodyTimeout: idleMs, headersTimeout: 0 });
  return (url, options) => request(url, { ...options, dispatcher });
}

/** What streams is handed on as it comes, as the `body`, for `readEvents`. Everything else is read first. */
async function toResponse({ statusCode, headers, body }: Dispatcher.ResponseData<unknown>): Promise<Response> {
  const facts = { status: statusCode, headers: headers as Record<string, string> };
  const isStream = statusCode === 200 && facts.headers['content-type']?.startsWith('text/event-stream') === true;
  if (!isStream) {
    const text = await body.text();
    return new Response(text === '' ? null : text, facts);
  }
  // Whoever reads it is told; when it breaks before anybody reads, there is nobody to tell.
  (body as Readable).on('error', () => {});
  return Object.defineProperty(new Response(null, facts), 'body', { value: body });
}
