import { type Config, ConfigError, type ConfigSecrets, loadConfig } from './config.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A configuration of which some may be of no use. */
export interface ReadConfiguration {
  config: Config;
  secrets: ConfigSecrets;
  /** The variables that were read, with the stand-ins. */
  env: Env;
  /** As the bot would list them at its start. */
  problems: readonly string[];
  /** The variables behind the problems, each with its own; what stands in for them in `config` and `secrets` means nothing. */
  unusable: ReadonlyMap<string, readonly string[]>;
}

/** Passes for a value where one is demanded, so that the rest of the configuration can be read. */
const STAND_INS: Readonly<Record<string, string>> = {
  DODO_PAYMENTS_API_KEY: 'absent',
  DODO_PAYMENTS_WEBHOOK_KEY: 'AAAA',
  CREDIT_ENTITLEMENT_ID: 'absent',
  CATALOGUE_PATH: 'none',
  OPENAI_API_KEY: 'absent',
  APP_SECRET: 'absent'.repeat(6),
  DISCORD_TOKEN: 'absent',
  DISCORD_APPLICATION_ID: '0'.repeat(15),
  DISCORD_PUBLIC_KEY: '0'.repeat(64),
  SLACK_BOT_TOKEN: 'absent',
  SLACK_SIGNING_SECRET: 'absent',
  SLACK_CLIENT_ID: 'absent',
  SLACK_CLIENT_SECRET: 'absent',
  SLACK_STATE_SECRET: 'absent',
};

/** Products must differ from each other. */
function standInOf(name: string): string | undefined {
  return name.endsWith('_PRODUCT_ID') ? `absent ${name}` : STAND_INS[name];
}

/** Problems of the default catalogue file name that file. */
function variableOf(problem: string): string | undefined {
  return problem.startsWith('catalogue.json') ? 'CATALOGUE_PATH' : /^[A-Z_]+/.exec(problem)?.[0];
}

/**
 * Reads as much of the configuration as can be read.
 * @throws ConfigError when nothing can
 */
export function readConfiguration(env: Env): ReadConfiguration {
  const left: Record<string, string | undefined> = { ...env };
  const unusable = new Map<string, string[]>();
  let first: ConfigError | null = null;
  for (;;) {
    try {
      return { ...loadConfig(left), env: left, problems: first?.problems ?? [], unusable };
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      first ??= thrown;
      const named = Map.groupBy(thrown.problems, variableOf);
      named.delete(undefined);
      const isNew = [...named.keys()].some((name = '') => !unusable.has(name) || left[name] !== undefined);
      if (!isNew) throw first;
      for (const [name = '', problems] of named) {
        // Named again, it is the stand-in that is not wanted.
        left[name] = unusable.has(name) ? undefined : standInOf(name);
        unusable.set(name, unusable.get(name) ?? problems);
      }
    }
  }
}
