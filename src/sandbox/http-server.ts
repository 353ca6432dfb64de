import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A simulator's HTTP listener: where it is, and how to end it. */
export interface RunningServer {
  url: string;
  server: Server;
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1.
 * @param handler an Express app or any request listener
 * @param port 0 (the default) takes a free one
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function startHttpServer(handler: RequestListener, port = 0): Promise<RunningServer> {
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    server,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** @returns a port of 127.0.0.1 that nobody listens on at this moment */
export async function freePort(): Promise<number> {
  const { url, close } = await startHttpServer(() => {});
  await close();
  return Number(new URL(url).port);
}
