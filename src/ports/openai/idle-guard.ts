/** The answer stopped coming while it was under way. */
class IdleTimeout extends Error {
  override name = 'IdleTimeout';
}

/**
 * A `fetch` for the SDK whose answers break with an IdleTimeout when no byte comes for `idleMs`; the SDK then closes
 * the socket. Its own timeout ends with the headers. Bytes count, not chunks of text: a server that keeps the connection
 * alive while its model thinks is not idle.
 */
export function createGuardedFetch(idleMs: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' });
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(guarded(response.body, idleMs), { status, statusText, headers });
  };
}

function guarded(body: ReadableStream<Uint8Array>, idleMs: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const idle = Promise.withResolvers<never>();
      const timer = setTimeout(() => idle.reject(new IdleTimeout(`no byte came for ${idleMs} ms`)), idleMs);
      try {
        const { done, value } = await Promise.race([reader.read(), idle.promise]);
        if (done) controller.close();
        else controller.enqueue(value);
      } finally {
        clearTimeout(timer);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
