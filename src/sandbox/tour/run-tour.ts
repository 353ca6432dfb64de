import type { SimulatedWorld, Transports } from '../simulated-world.ts';
import { type SandboxOptions, startSandbox } from '../start-sandbox.ts';
import { createNarrator } from './narrator.ts';
import { playTour } from './play-tour.ts';

export interface RunTourOptions extends Pick<SandboxOptions, 'folder' | 'log'> {
  write(text: string): void;
  hasColours: boolean;
  transports?: Transports;
  patienceMs?: number;
  /** Changes the world before the story begins. */
  prepare?(world: SimulatedWorld): void;
}

/** Slow enough that an answer is seen to grow, quick enough for a tour. Milliseconds. */
const PACE = { chunkDelayMs: 30, editIntervalMs: 150 };

/** Starts a sandbox of its own, plays the tour, and tells how it ended. @returns the exit code */
export async function runTour(options: RunTourOptions): Promise<0 | 1> {
  const { folder, log, write } = options;
  // The tour asks hundreds of questions in seconds; what the platforms would make it wait for is tested elsewhere.
  const sandbox = await startSandbox({
    folder,
    log,
    env: { MEMBER_ASKS_PER_MINUTE: '0' },
    overrides: { editIntervalMs: PACE.editIntervalMs, usageGatherMs: 1_000 },
    world: {
      rateLimits: 'off',
      chunkDelayMs: PACE.chunkDelayMs,
      dodo: { seed: 1 },
      ...(options.transports === undefined ? {} : { transports: options.transports }),
    },
  });
  try {
    options.prepare?.(sandbox.world);
    const narrator = createNarrator(write, options.hasColours);
    const { passed, differences } = await playTour({
      sandbox,
      narrator,
      ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
    });
    narrator.heading(differences.length === 0 ? 'The tour is over' : 'The tour differs');
    for (const difference of differences) write(`  ✗ ${difference}\n`);
    write(`  ${passed} expectations met, ${differences.length} not.\n`);
    return differences.length === 0 ? 0 : 1;
  } finally {
    await sandbox.close();
  }
}
