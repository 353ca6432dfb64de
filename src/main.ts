import { createApp } from './app.ts';
import { ConfigError, loadConfig } from './config.ts';
import { createPinoLog } from './ports/log/pino-log.ts';
import { runUntilSignal } from './signals.ts';

const log = createPinoLog(process.env.LOG_LEVEL || 'info');
try {
  const { config, secrets } = loadConfig(process.env);
  const app = await createApp(config, secrets, { log });
  await runUntilSignal(() => app.close(), log);
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else log.error({ err: error }, 'tallybot could not start');
  process.exitCode = 1;
}
