import type { ConfigSecrets } from '../../config/config.ts';
import { readConfiguration } from '../../config/read-configuration.ts';
import { allChecks, type Surroundings } from './all-checks.ts';
import { type Result, runChecks } from './run-checks.ts';

/**
 * Looks at everything that can go wrong in a set-up, and changes nothing.
 * @param env the process's environment
 * @throws ConfigError when nothing of the configuration can be read
 */
export function examine(
  env: Readonly<Record<string, string | undefined>>,
  surroundings: Surroundings = {},
): Promise<Result[]> {
  const read = readConfiguration(env);
  return runChecks(allChecks(read, surroundings), read.unusable, secretTexts(read.secrets));
}

/** Shorter ones could stand in any text, and keep no secret. */
const SHORTEST_SECRET = 8;

function secretTexts({ slackAuth, redisUrl, ...secrets }: ConfigSecrets): string[] {
  const ofRedis = redisUrl !== null && URL.canParse(redisUrl) ? new URL(redisUrl).password : '';
  return [...Object.values(secrets), ...Object.values(slackAuth ?? {}), ofRedis, decodeURIComponent(ofRedis)].filter(
    (value): value is string => typeof value === 'string' && value.length >= SHORTEST_SECRET,
  );
}
