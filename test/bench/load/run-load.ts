import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { percentile } from '../measure/figures.ts';
import type { StartedProcess } from '../servers/start-process.ts';
import type { LoadFigures, LoadOrder } from './http-load.ts';

const PROCESS = fileURLToPath(new URL('load-process.ts', import.meta.url));

export interface ServedFigures {
  aSecond: number;
  medianMs: number;
  p99Ms: number;
  /** Processor time of the server. */
  cpuMsEach: number;
}

/**
 * Sends requests to a server from another process.
 * @throws Error when an answer was not `expected`: then something else was measured
 */
export async function runLoad(
  server: StartedProcess,
  order: Omit<LoadOrder, 'url'>,
  expected = '200',
): Promise<ServedFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'tallybot-load-'));
  const file = join(folder, 'order.json');
  await writeFile(file, JSON.stringify({ ...order, url: server.url } satisfies LoadOrder));
  const cpu = server.cpuMs();
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, file], { maxBuffer: 256 * 1_048_576 });
  const cpuMs = server.cpuMs() - cpu;
  await rm(folder, { recursive: true, force: true });
  const { seconds, tookMs, statuses } = JSON.parse(stdout) as LoadFigures;
  const total = order.count + order.warmUp;
  if (statuses[expected] !== total)
    throw new Error(`expected ${total} times ${expected}, got ${JSON.stringify(statuses)}`);
  return {
    aSecond: order.count / seconds,
    medianMs: percentile(tookMs, 50),
    p99Ms: percentile(tookMs, 99),
    cpuMsEach: cpuMs / total,
  };
}
