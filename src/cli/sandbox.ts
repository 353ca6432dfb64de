import { listenForSignals } from '../app/signals.ts';
import { readArguments, type SandboxArguments, USAGE } from '../sandbox/command-line.ts';

const write = (text: string) => void process.stdout.write(text);

/** @returns the exit code */
async function sandbox({ tour, data, verbose, transports }: SandboxArguments): Promise<0 | 1> {
  // From here on a signal ends the sandbox in order, also while it starts; it ends a tour at once.
  const signals = tour ? null : listenForSignals();
  // Loaded late, so that a misspelt flag and --help are answered at once.
  const [{ createPinoLog }, { openSandboxFolder }] = await Promise.all([
    import('../ports/log/pino-log.ts'),
    import('../sandbox/sandbox-folder.ts'),
  ]);
  const folder = await openSandboxFolder(data);
  const log = createPinoLog({ level: 'info', ...(verbose ? {} : { to: { file: folder.logFile } }) });
  if (signals !== null) {
    const { runSandbox } = await import('../sandbox/run-sandbox.ts');
    await runSandbox({ folder, log, logsToFile: !verbose, write, signals, transports });
    await folder.discard();
    return 0;
  }
  const { runTour } = await import('../sandbox/tour/run-tour.ts');
  const hasColours = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const exitCode = await runTour({ folder: folder.path, log, write, hasColours, transports });
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
