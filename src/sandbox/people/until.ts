import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 15;

/**
 * Looks again and again until there is something.
 * @param describe what there is instead, for the error
 * @throws Error after `timeoutMs` real milliseconds
 */
export async function until<T>(look: () => T | undefined, timeoutMs: number, describe: () => string): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() >= deadline) throw new Error(`waited ${timeoutMs} ms in vain; ${describe()}`);
    await pause(LOOK_EVERY_MS);
  }
}
