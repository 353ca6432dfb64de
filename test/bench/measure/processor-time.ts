import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second (man 5 proc, sysconf(_SC_CLK_TCK)). */
const TICK_MS = 10;

/** @returns the milliseconds of processor time that a running process has used so far */
export function processorMs(pid: number | undefined): number {
  // Fields behind the name, which may hold anything: utime is the 14th of all, stime the 15th.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
