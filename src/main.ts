import { listenForSignals } from './app/signals.ts';
import { createApp } from './app.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { valuesOf } from './config/secret-values.ts';
import { createPinoLog } from './ports/log/pino-log.ts';

const signals = listenForSignals();
try {
  const { config, secrets } = loadConfig(process.env);
  const log = createPinoLog({ level: config.logLevel, secrets: valuesOf(secrets) });
  const app = await createApp(config, secrets, { log });
  await signals.closeOnFirst(() => app.close(), log, app.fatal);
} catch (error) {
  process.stderr.write(`${startProblem(error)}\n`);
  process.exitCode = 1;
}

/** What an operator can act on; the stack of anything that was not foreseen goes with LOG_LEVEL=debug. */
function startProblem(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return `tallybot could not run: ${String(error)}`;
  const why = error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
  return `tallybot could not run: ${process.env.LOG_LEVEL?.trim() === 'debug' ? error.stack : why}`;
}
