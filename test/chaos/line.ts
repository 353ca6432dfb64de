import { once } from 'node:events';
import { type AddressInfo, createServer, connect as openSocket, type Socket } from 'node:net';

/** The network between the bot and one service, which can be made slow. */
export interface Line {
  /** Stands in the place of the service's own. */
  port: number;
  /** For so long each piece of what is said is under way, to and fro, from now on. */
  delayMs: number;
  close(): Promise<void>;
}

/** @param targetPort where the service listens, on this machine */
export async function openLine(targetPort: number): Promise<Line> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = openSocket(targetPort, '127.0.0.1');
    relay(near, far);
    relay(far, near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  /** Pieces keep their order; the end of a connection is passed on like them. */
  function relay(from: Socket, to: Socket): void {
    open.add(from);
    const underWay: (() => void)[] = [];
    let freeAt = 0;
    const later = (pass: () => void) => {
      const now = performance.now();
      freeAt = Math.max(freeAt, now + line.delayMs);
      underWay.push(pass);
      setTimeout(() => underWay.shift()?.(), freeAt - now);
    };
    from.on('data', (piece) => later(() => to.write(piece)));
    from.on('end', () => later(() => to.end()));
    from.on('error', () => {});
    from.on('close', () => {
      open.delete(from);
      later(() => to.destroy());
    });
  }

  const line: Line = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
  return line;
}
