import { type LoggerOptions, pino } from 'pino';
import type { Log } from '../../core/log.ts';

/** Fields that must never be written, wherever they stand. */
const SECRET_FIELDS = ['token', 'apiKey', 'authorization', 'password', 'secret', 'prompt', 'text', 'content'];

/**
 * Writes JSON lines to standard output, or to the end of a file.
 * @param level debug, info, warn, error or silent
 */
export function createPinoLog(level: string, file?: string): Log {
  const settings: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
    serializers: { err: errorFacts },
  };
  return file === undefined ? pino(settings) : pino(settings, pino.destination({ dest: file, sync: true }));
}

/** An error without the request that some clients hang on to it: headers hold tokens, bodies hold prompts. */
function errorFacts(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const facts = { name, message, stack };
  return error.cause === undefined ? facts : { ...facts, cause: errorFacts(error.cause) };
}
