import type { Log } from '../core/log.ts';

/** A process that was asked to end is gone after this, whatever happens. */
const FORCE_EXIT_MS = 10_000;

/** With everything closed only a call that nobody waits for can keep the process alive; it is given this long. */
const LEFT_ALONE_MS = 500;

export interface Signals {
  /**
   * Waits for SIGTERM or SIGINT, one that came before the call included, then closes. The process ends soon after, by
   * itself with what `process.exitCode` says, 0 unless something set it.
   * @param close must settle within 10 s
   * @param fatal closes as well, when it resolves, and sets `process.exitCode` to 1
   */
  closeOnFirst(close: () => Promise<void>, log: Log, fatal: Promise<Error>): Promise<void>;
}

/** From this call on a signal no longer kills the process, so that one during the start still ends it in order. */
export function listenForSignals(): Signals {
  const first = new Promise<string>((resolve) => {
    // For good, not once: at Ctrl-C the terminal and npm both send one, and the second must not kill what is closing.
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name));
  });
  return {
    async closeOnFirst(close, log, fatal) {
      const why = await Promise.race([first, fatal]);
      if (typeof why === 'string') log.info({ signal: why }, 'ending');
      else {
        log.error({ why: why.message }, 'ending, since this cannot work without a change');
        process.exitCode = 1;
      }
      setTimeout(() => {
        log.error({}, 'something still runs; ending by force');
        process.exit(1);
      }, FORCE_EXIT_MS).unref();
      await close();
      setTimeout(() => process.exit(), LEFT_ALONE_MS).unref();
    },
  };
}
