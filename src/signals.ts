import type { Log } from './core/log.ts';

/** After this a process that was asked to end and still runs has leaked something. */
const FORCE_EXIT_MS = 10_000;

/**
 * Waits for SIGTERM or SIGINT, then closes. Resolves when everything is closed; the process then ends by itself.
 * @param close must settle within 10 s
 */
export async function runUntilSignal(close: () => Promise<void>, log: Log): Promise<void> {
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  log.info({ signal }, 'ending');
  setTimeout(() => {
    log.error({}, 'something still runs; ending by force');
    process.exit(1);
  }, FORCE_EXIT_MS).unref();
  await close();
}
