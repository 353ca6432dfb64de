import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { isReached, type Section } from './report.ts';

/** Where the newest figures of each section are kept. */
export const RESULTS = 'bench/results.json';

/** The machine on which a section was measured, and when: ratios hold within a section, whatever the others ran on. */
export function machineOf(isQuick: boolean) {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    at: new Date().toISOString(),
    quick: isQuick,
  };
}

/** Puts a section's figures in the place of its earlier ones. */
export async function keepResults(name: string, section: Section, isQuick: boolean): Promise<void> {
  const targets = section.targets.map((target) => ({ ...target, reached: isReached(target) }));
  const results = { ...(await earlierResults()), [name]: { machine: machineOf(isQuick), ...section, targets } };
  await mkdir(dirname(RESULTS), { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
}

async function earlierResults(): Promise<object> {
  try {
    return JSON.parse(await readFile(RESULTS, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
