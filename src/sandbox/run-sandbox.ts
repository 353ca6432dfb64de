import { join } from 'node:path';
import type { Signals } from '../app/signals.ts';
import type { Log } from '../core/log.ts';
import { banner } from './banner.ts';
import { freePort, startHttpServer } from './http-server.ts';
import { startPlayground } from './playground/playground.ts';
import type { SandboxFolder } from './sandbox-folder.ts';
import type { Transports } from './simulated-world.ts';
import { startSandbox } from './start-sandbox.ts';

export interface RunSandboxOptions {
  folder: SandboxFolder;
  log: Log;
  /** The log is written to the folder's file, not to the terminal. */
  logsToFile: boolean;
  write(text: string): void;
  signals: Signals;
  transports: Transports;
}

const BOT_PORT = 3000;
const PLAYGROUND_PORT = 3001;

/** Quick enough to be watched; the real ones are about a minute and ten seconds. */
const METER_EVERY_MS = 5_000;
const USAGE_GATHERS_MS = 1_000;
/** Between two pieces of an answer, so that it is seen to grow. */
const CHUNK_DELAY_MS = 60;

/** Starts everything, says where it is, and stays up until the process is asked to end. */
export async function runSandbox(options: RunSandboxOptions): Promise<void> {
  const { folder, log, logsToFile, write, signals, transports } = options;
  await using opened = new AsyncDisposableStack();
  const sandbox = await startSandbox({
    folder: folder.path,
    log,
    botPort: await portOr(BOT_PORT),
    overrides: { usageGatherMs: USAGE_GATHERS_MS },
    world: { dodo: { autoTickMs: METER_EVERY_MS }, chunkDelayMs: CHUNK_DELAY_MS, transports },
  });
  opened.defer(() => sandbox.close());
  const playground = await startPlayground(sandbox, await portOr(PLAYGROUND_PORT));
  opened.defer(() => playground.close());
  write(
    banner({
      sandbox,
      playgroundUrl: playground.url,
      databasePath: join(folder.path, 'tallybot.db'),
      isTemporary: folder.isTemporary,
      logFile: logsToFile ? folder.logFile : null,
      meterEverySeconds: METER_EVERY_MS / 1_000,
    }),
  );
  const running = opened.move();
  await signals.closeOnFirst(() => running.disposeAsync(), log, sandbox.app.fatal);
}

/** The wanted port, or a free one when somebody listens there. */
async function portOr(wanted: number): Promise<number> {
  try {
    const { close } = await startHttpServer(() => {}, wanted);
    await close();
    return wanted;
  } catch {
    return freePort();
  }
}
