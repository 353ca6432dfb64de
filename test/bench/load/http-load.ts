import { Agent, request } from 'node:http';
import { manyAtOnce } from './many-at-once.ts';

export interface LoadOrder {
  url: string;
  /** Bodies and headers that are sent in turn. */
  requests: readonly { path: string; body: string; headers: Record<string, string> }[];
  count: number;
  atOnce: number;
  /** Not measured; they come first. */
  warmUp: number;
}

export interface LoadFigures {
  seconds: number;
  tookMs: number[];
  /** How many answers came with which status. */
  statuses: Record<string, number>;
}

/** Runs in a process of its own, so that it does not take from the server's. */
export async function load({ url, requests, count, atOnce, warmUp }: LoadOrder): Promise<LoadFigures> {
  const { hostname, port } = new URL(url);
  // Connections that are closed between warm-up and measurement would have to be accepted again, behind all requests.
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce, maxFreeSockets: atOnce });
  const statuses: Record<string, number> = {};
  const one = (index: number) => {
    const { path, body, headers } = requests[index % requests.length] ?? { path: '/', body: '', headers: {} };
    return new Promise<void>((resolve, reject) => {
      const sent = request({ hostname, port, path, method: 'POST', agent, headers }, (response) => {
        statuses[String(response.statusCode)] = (statuses[String(response.statusCode)] ?? 0) + 1;
        response.resume().once('end', resolve).once('error', reject);
      });
      sent.once('error', reject);
      sent.end(body);
    });
  };
  await manyAtOnce(warmUp, atOnce, one);
  const from = performance.now();
  const tookMs = await manyAtOnce(count, atOnce, (index) => one(warmUp + index));
  const seconds = (performance.now() - from) / 1_000;
  agent.destroy();
  return { seconds, tookMs, statuses };
}
