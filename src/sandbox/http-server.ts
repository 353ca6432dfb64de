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

/**
 * Below those that a system gives to connections that go out (Linux from 32,768 on: ip(7), ip_local_port_range): one of
 * them could else take a port between its choice and its use. Each process begins at a place of its own.
 */
const PORTS = { first: 20_000, last: 32_767, apart: 10 };

let nextPort = PORTS.first + ((process.pid * PORTS.apart) % (PORTS.last - PORTS.first));

/** @returns a port of 127.0.0.1 that nobody listens on at this moment. @throws Error when every one is taken */
export async function freePort(): Promise<number> {
  for (let tried = PORTS.first; tried <= PORTS.last; tried += 1) {
    const port = nextPort;
    nextPort = port === PORTS.last ? PORTS.first : port + 1;
    try {
      const { close } = await startHttpServer(() => {}, port);
      await close();
      return port;
    } catch {
      // Somebody listens there.
    }
  }
  throw new Error(`expected a free port from ${PORTS.first} to ${PORTS.last}, all are taken`);
}
