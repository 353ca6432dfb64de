import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import type { Log } from '../../core/log.ts';

/** Fields that must never be written, wherever they stand. */
const SECRET_FIELDS = ['token', 'apiKey', 'authorization', 'password', 'secret', 'prompt', 'text', 'content'];

const CENSOR = '[redacted]';

export interface PinoLogOptions {
  /** debug, info, warn, error or silent */
  level: string;
  /** Where lines go; default: standard output. */
  to?: { file: string } | DestinationStream;
  /** Values that no line may have, whatever wrote it. */
  secrets?: readonly string[];
}

/** Writes JSON lines. */
export function createPinoLog({ level, to, secrets = [] }: PinoLogOptions): Log {
  const settings: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: CENSOR },
    serializers: { err: errorFacts },
    hooks: { streamWrite: createScrubber(secrets) },
  };
  if (to === undefined) return pino(settings);
  return pino(settings, 'file' in to ? pino.destination({ dest: to.file, sync: true }) : to);
}

/** What a library puts into an error's words is not known beforehand; the values that must not leave are. */
function createScrubber(secrets: readonly string[]): (line: string) => string {
  // In a line they stand as JSON writes them; the longest first, since one may hold another.
  const written = secrets.map((secret) => JSON.stringify(secret).slice(1, -1)).sort((a, b) => b.length - a.length);
  return (line) => written.reduce((clean, secret) => clean.replaceAll(secret, CENSOR), line);
}

/** An error without the request that some clients hang on to it: headers hold tokens, bodies hold prompts. */
function errorFacts(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const facts = { name, message, stack };
  return error.cause === undefined ? facts : { ...facts, cause: errorFacts(error.cause) };
}
