import type { Log } from '../core/log.ts';
import { type Millis, SECOND } from '../core/time.ts';

/** Something that is done again and again, one at a time. */
export interface Loop {
  start(): void;
  /** Looks at once instead of at the next interval. */
  nudge(): void;
  /** Resolves when what is being done now has ended. @returns whether there was anything */
  idle(): Promise<boolean>;
  /** Resolves when what is being done now has ended; nothing more is begun. */
  stop(): Promise<void>;
}

/**
 * Runs `step` at every interval and at every nudge; a step that throws is logged and tried again at the next.
 * @param step resolves to whether there is more to do at once
 */
export function createLoop(name: string, step: () => Promise<boolean>, log: Log, everyMs: Millis = SECOND): Loop {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = true;

  async function run(): Promise<void> {
    do {
      again = false;
      try {
        if (await step()) again = true;
      } catch (error) {
        log.warn({ err: error, worker: name }, 'a worker failed; it tries again');
        again = false;
      }
    } while (again && !stopped);
  }

  function nudge(): void {
    if (stopped) return;
    if (running !== null) {
      again = true;
      return;
    }
    running = run().finally(() => {
      running = null;
    });
  }

  return {
    start() {
      stopped = false;
      timer ??= setInterval(nudge, everyMs).unref();
      nudge();
    },
    nudge,
    async idle() {
      const wasRunning = running !== null;
      await running;
      return wasRunning;
    },
    async stop() {
      stopped = true;
      if (timer !== null) clearInterval(timer);
      timer = null;
      await running;
    },
  };
}
