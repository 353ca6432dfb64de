import { readFile, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { basename, join } from 'node:path';

/** What V8 writes with `--cpu-prof` (https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile). */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string }; children?: number[] }[];
  samples: number[];
  /** Microseconds. */
  timeDeltas: number[];
}

/** Names the folder for profiles, here and in the processes that are started. */
export const PROFILES = 'BENCH_PROFILES';

const INTERVAL_US = 500;

/** @returns settings with which a process leaves a profile of its whole life behind; none unless profiles are wanted */
export function profiled(name: string): { NODE_OPTIONS?: string } {
  const folder = process.env[PROFILES];
  if (folder === undefined) return {};
  const file = `--cpu-prof-dir=${folder} --cpu-prof-name=${fileOf(name)}`;
  return { NODE_OPTIONS: `--cpu-prof ${file} --cpu-prof-interval=${INTERVAL_US}` };
}

/** Does `work`, and leaves a profile of it behind if profiles are wanted. */
export async function withProfile<T>(name: string, work: () => Promise<T>): Promise<T> {
  const folder = process.env[PROFILES];
  if (folder === undefined) return work();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
  const done = await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  await writeFile(join(folder, fileOf(name)), JSON.stringify(profile));
  return done;
}

function fileOf(name: string): string {
  return `${name}-${Date.now()}.cpuprofile`;
}

/** @returns where the time of a profile went, idle time apart: shares by library and folder, then the functions that took most */
export async function profileText(folder: string, file: string, functions = 15): Promise<string> {
  const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byArea = new Map<string, number>();
  const byFunction = new Map<string, number>();
  let total = 0;
  profile.samples.forEach((id, index) => {
    const frame = frames.get(id);
    const spent = profile.timeDeltas[index] ?? 0;
    if (frame === undefined || frame.functionName === '(idle)' || frame.url === 'node:inspector' || spent <= 0) return;
    total += spent;
    const area = areaOf(frame);
    add(byArea, area, spent);
    add(byFunction, `${frame.functionName || '(anonymous)'} ${frame.url === '' ? '' : `of ${area}`}`.trim(), spent);
  });
  const lines = (shares: Map<string, number>, most: number) =>
    [...shares]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([what, spent]) => `  ${((100 * spent) / total).toFixed(1).padStart(5)} %  ${what}`);
  const title = `${basename(file, '.cpuprofile')}: ${Math.round(total / 1_000)} ms of processor time`;
  return [title, ...lines(byArea, 30), '  by function', ...lines(byFunction, functions), ''].join('\n');
}

function add(shares: Map<string, number>, what: string, spent: number): void {
  shares.set(what, (shares.get(what) ?? 0) + spent);
}

/** The library, the folder of ours, or the part of node in which a function stands. */
function areaOf({ functionName, url }: { functionName: string; url: string }): string {
  const library = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url)?.[1];
  if (library !== undefined) return library;
  const folder = /\/((?:src|test)\/(?:[^/]+\/){0,3})[^/]+$/.exec(url)?.[1];
  if (folder !== undefined) return folder;
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  return url === '' && !functionName.startsWith('(') ? 'native' : functionName;
}
