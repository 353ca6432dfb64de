import type { Topic } from '../core/store.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { Loop } from './loop.ts';
import type { Meter } from './meter.ts';
import type { RowWorker } from './row-worker.ts';
import type { Sweep } from './sweep.ts';

/** All workers of a process. */
export interface Workers {
  start(): void;
  /** Rows of these topics were written. */
  nudge(topics: ReadonlySet<Topic>): void;
  /** Works on what is due until nothing is, what the loops have begun included. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export function createWorkers(parts: {
  rows: readonly RowWorker[];
  meter: Meter;
  housekeeping: Housekeeping;
  sweep: Sweep;
}): Workers {
  const { rows, meter, housekeeping, sweep } = parts;
  const loops: readonly Loop[] = [...rows, meter, housekeeping, sweep];
  return {
    start() {
      for (const loop of loops) loop.start();
    },
    nudge(topics) {
      for (const worker of rows) if (topics.has(worker.topic)) worker.nudge();
    },
    async settle() {
      // Dodo away is no reason to leave the rest undone; the loop logs it and tries again.
      await housekeeping.runDue().catch(() => {});
      await sweep.runDue().catch(() => {});
      for (let worked = true; worked; ) {
        const wereRunning = await Promise.all(loops.map((loop) => loop.idle()));
        const done = await Promise.all([meter.runDue(), ...rows.map((worker) => worker.runDue())]);
        worked = done.some((rowsDone) => rowsDone > 0) || wereRunning.includes(true);
      }
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
