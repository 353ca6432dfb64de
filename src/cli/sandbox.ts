import { createPinoLog } from '../ports/log/pino-log.ts';
import { readArguments, type SandboxArguments, USAGE } from '../sandbox/command-line.ts';
import { runSandbox } from '../sandbox/run-sandbox.ts';
import { openSandboxFolder } from '../sandbox/sandbox-folder.ts';
import { runTour } from '../sandbox/tour/run-tour.ts';
import { listenForSignals } from '../signals.ts';

const write = (text: string) => void process.stdout.write(text);

/** @returns the exit code */
async function sandbox({ tour, data, verbose }: SandboxArguments): Promise<0 | 1> {
  const folder = await openSandboxFolder(data);
  const log = verbose ? createPinoLog('info') : createPinoLog('info', folder.logFile);
  if (!tour) {
    const signals = listenForSignals();
    await runSandbox({ folder, log, logsToFile: !verbose, write, signals });
    await folder.discard();
    return 0;
  }
  const hasColours = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const exitCode = await runTour({ folder: folder.path, log, write, hasColours });
  if (exitCode === 0) await folder.discard();
  else write(`  The database and the bot's log are in ${folder.path}\n`);
  return exitCode;
}

try {
  const args = readArguments(process.argv.slice(2));
  if (args === null) write(USAGE);
  else process.exitCode = await sandbox(args);
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The sandbox could not run: ${why}\nTry: npm run sandbox -- --help\n`);
  process.exitCode = 1;
}
