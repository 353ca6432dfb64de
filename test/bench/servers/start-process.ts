import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { profiled } from '../measure/profile.ts';
import type { UpstreamOrder } from './upstream.ts';

/** A process under measurement, or beside it. */
export interface StartedProcess {
  /** Where it listens. */
  url: string;
  /** From its start until it was ready. */
  readyMs: number;
  /** Processor time that it has used so far. */
  cpuMs(): number;
  rssMb(): number;
  /** What is alive in it once its garbage is collected, on V8's heap and held by it. */
  liveMb(): Promise<number>;
  close(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What `npm start` gives to node, an operator's own `.env` apart. */
const FLAGS = startFlags();

function startFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } };
  return /node (.+) --env-file/.exec(scripts.start)?.[1]?.split(' ') ?? [];
}

const LIVE_MEMORY = fileURLToPath(new URL('live-memory.ts', import.meta.url));

/** Linux counts processor time in hundredths of a second (man 5 proc, sysconf(_SC_CLK_TCK)). */
const TICK_MS = 10;

/**
 * @param file below test/bench
 * @param isReady finds the address in what the process has written so far
 * @throws Error with what it wrote when it ended instead
 */
export async function startProcess(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  isReady: (output: string) => string | undefined = (output) => /ready (http\S+)/.exec(output)?.[1],
): Promise<StartedProcess> {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const from = performance.now();
  const child: ChildProcess = spawn(process.execPath, [...FLAGS, '--require', LIVE_MEMORY, path, ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...profiled(basename(file, '.ts')), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const ready = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        if (output.length < 100_000) output += text;
        const url = isReady(output);
        if (url !== undefined) resolve(url);
      });
    }
    child.once('exit', (code) => reject(new Error(`expected ${file} to run, it ended with ${code}: ${output}`)));
  });
  const url = await ready;
  return {
    url,
    readyMs: performance.now() - from,
    cpuMs() {
      // Fields behind the name, which may hold anything: utime is the 14th of all, stime the 15th.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    },
    rssMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_024,
    async liveMb() {
      const told = once(child, 'message') as Promise<[NodeJS.MemoryUsage]>;
      child.send('what is alive?');
      const [{ heapUsed, external }] = await told;
      return (heapUsed + external) / 2 ** 20;
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Compiles what a bot may load, as `npm ci` does. */
export async function loadAll(env: Readonly<Record<string, string>>): Promise<void> {
  const warmUp = join(ROOT, 'src/cli/warm-up.ts');
  await promisify(execFile)(process.execPath, [...FLAGS, warmUp], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
  });
}

/** The model and Dodo, in a process of their own. */
export function startUpstream(order: Partial<UpstreamOrder> = {}): Promise<StartedProcess> {
  return startProcess('servers/upstream.ts', [JSON.stringify(order)], {});
}
