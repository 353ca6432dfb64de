import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { startHttpServer } from '../../src/sandbox/http-server.ts';

/** A load balancer before the web processes, as simple as they come: one after the other. */
export interface Balancer {
  url: string;
  close(): Promise<void>;
}

/** @param targets the processes that are up, each without a slash at the end */
export async function startBalancer(port: number, targets: () => readonly string[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  const server = await startHttpServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const up = targets();
    turn += 1;
    const target = up[turn % Math.max(1, up.length)];
    const answer = target === undefined ? null : await pass(agent, target, request, body);
    if (answer === null) {
      response.writeHead(502).end();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', () => response.destroy()).pipe(response);
  }, port);
  return {
    url: server.url,
    async close() {
      await server.close();
      agent.destroy();
    },
  };
}

/** @returns null when nobody answered */
function pass(agent: Agent, target: string, request: IncomingMessage, body: Buffer): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    const passed = httpRequest(`${target}${request.url}`, {
      agent,
      method: request.method,
      headers: { ...request.headers, 'content-length': body.length },
    });
    passed.once('response', resolve).once('error', () => resolve(null));
    passed.end(body);
  });
}
