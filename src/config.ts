import { z } from 'zod';
import type { ModelRules } from './core/models.ts';

/** Everything that an operator sets, checked. Secrets stand apart, so that the rest can be logged. */
export interface Config {
  port: number;
  /** Where members and Dodo reach this bot, without a slash at the end. */
  baseUrl: string;
  brand: { name: string; termsUrl: string | null; privacyUrl: string | null };
  dodo: { environment: 'test_mode' | 'live_mode'; baseUrl: string | null; callsPerMinute: number };
  catalogue: { entitlementId: string; starterProductId: string; proProductId: string; topUpProductId: string };
  openai: { model: string; baseUrl: string | null; modelRules: Record<string, ModelRules> };
  discord: { applicationId: string; publicKey: string; apiUrl: string } | null;
  slack: { apiUrl: string; commandPrefix: string; isDistributed: boolean } | null;
  databasePath: string;
  /** Seconds. */
  balanceMaxAge: number;
  memberAsksPerMinute: number;
  maxAsksPerAccount: number;
  settleWithoutPlan: 'debit' | 'meter';
}

export interface ConfigSecrets {
  appSecret: string;
  appSecretPrevious: string | null;
  dodoApiKey: string;
  dodoWebhookKey: string;
  openaiApiKey: string;
  discordToken: string | null;
  slackSigningSecret: string | null;
  /** The bot's token, or what installs it in many workspaces. */
  slackAuth: { botToken: string } | { clientId: string; clientSecret: string; stateSecret: string } | null;
}

/** Every problem of a configuration, each naming its variable; no value is in the texts. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n- ${problems.join('\n- ')}`,
    );
    this.problems = problems;
  }
}

const required = z.string({ error: 'is missing' });
const optional = z.string().optional();
const url = z.url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' });
const wholeNumber = (least: number, most: number) =>
  z.coerce
    .number({ error: 'expected a whole number' })
    .int('expected a whole number')
    .min(least, `expected ${least} or more`)
    .max(most, `expected ${most} or less`);
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `expected ${values.join(' or ')}` });

const modelTable = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'expected JSON' });
      return z.NEVER;
    }
  })
  .pipe(
    z.record(
      z.string(),
      z.strictObject({
        contextTokens: z.int().positive(),
        maxOutputTokens: z.int().positive(),
        leastOutputTokens: z.int().positive().default(128),
        inputWeight: z.int().nonnegative().default(1000),
        cachedInputWeight: z.int().nonnegative().default(1000),
        outputWeight: z.int().positive().default(1000),
      }),
      { error: 'expected an object of model names, each with contextTokens and maxOutputTokens' },
    ),
  );

/** The variables, in the order of .env.example. An empty one counts as missing. */
export const variables = z.object({
  DODO_PAYMENTS_API_KEY: required,
  DODO_PAYMENTS_WEBHOOK_KEY: required,
  DODO_ENVIRONMENT: oneOf(['test_mode', 'live_mode']).default('test_mode'),
  DODO_PAYMENTS_BASE_URL: url.optional(),
  CREDIT_ENTITLEMENT_ID: required,
  STARTER_PLAN_PRODUCT_ID: required,
  PRO_PLAN_PRODUCT_ID: required,
  TOPUP_PRODUCT_ID: required,
  OPENAI_API_KEY: required,
  OPENAI_MODEL: z.string().default('gpt-5.4-mini'),
  OPENAI_BASE_URL: url.optional(),
  MODEL_TABLE: modelTable.optional(),
  PORT: wholeNumber(0, 65_535).default(3_000),
  BASE_URL: url.optional(),
  BRAND_NAME: z.string().max(60, 'expected 60 characters or less').default('NeuralAPI'),
  TERMS_URL: url.optional(),
  PRIVACY_URL: url.optional(),
  APP_SECRET: required.min(32, 'expected 32 characters or more'),
  APP_SECRET_PREVIOUS: optional,
  DATABASE_PATH: z.string().default('./data/tallybot.db'),
  REDIS_URL: z.never({ error: 'is not supported yet: leave it out, the store is SQLite' }).optional(),
  ROLES: z.string().default('web,bot,worker'),
  BALANCE_MAX_AGE: wholeNumber(60, 86_400).default(900),
  DODO_CALLS_PER_MINUTE: wholeNumber(1, 5_000).default(200),
  MEMBER_ASKS_PER_MINUTE: wholeNumber(0, 10_000).default(20),
  MAX_ASKS_PER_ACCOUNT: wholeNumber(1, 1_000).default(50),
  SETTLE_WITHOUT_PLAN: oneOf(['debit', 'meter']).default('debit'),
  DISCORD_TOKEN: optional,
  DISCORD_APPLICATION_ID: optional,
  DISCORD_PUBLIC_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'expected 64 hexadecimal digits')
    .optional(),
  DISCORD_TRANSPORT: oneOf(['gateway', 'http']).default('gateway'),
  DISCORD_API_URL: url.default('https://discord.com/api'),
  SLACK_BOT_TOKEN: optional,
  SLACK_SIGNING_SECRET: optional,
  SLACK_APP_TOKEN: z.never({ error: 'Socket Mode is not supported yet: leave it out and use HTTP' }).optional(),
  SLACK_CLIENT_ID: optional,
  SLACK_CLIENT_SECRET: optional,
  SLACK_STATE_SECRET: optional,
  SLACK_COMMAND_PREFIX: z
    .string()
    .regex(/^[a-z0-9_-]{0,20}$/, 'expected at most 20 of a-z, 0-9, - and _')
    .default(''),
  SLACK_API_URL: url.default('https://slack.com/api/'),
});

type Variables = z.infer<typeof variables>;

/**
 * Reads the configuration.
 * @param env the process's environment
 * @throws ConfigError listing every problem at once
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): {
  config: Config;
  secrets: ConfigSecrets;
} {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = variables.safeParse(present);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(
        (issue) => `${String(issue.path[0])}: ${[...issue.path.slice(1), issue.message].join(': ')}`,
      );
  problems.push(...platformProblems(present));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return { config: configOf(parsed.data), secrets: secretsOf(parsed.data) };
}

const DISCORD = ['DISCORD_TOKEN', 'DISCORD_APPLICATION_ID', 'DISCORD_PUBLIC_KEY'];
const SLACK_OAUTH = ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_STATE_SECRET'];

/** What one variable demands of others. */
function platformProblems(env: Record<string, string | undefined>): string[] {
  const problems: string[] = [];
  const missing = (names: string[], because: string) =>
    names.filter((name) => env[name] === undefined).map((name) => `${name}: is missing (${because})`);
  const has = (names: string[]) => names.some((name) => env[name] !== undefined);

  if (has(DISCORD)) {
    problems.push(...missing(DISCORD, 'Discord is configured in part'));
    if ((env.DISCORD_TRANSPORT ?? 'gateway') === 'gateway') {
      problems.push('DISCORD_TRANSPORT: the gateway is not supported yet: set it to http');
    }
  }
  if (has(SLACK_OAUTH)) {
    problems.push(
      ...missing([...SLACK_OAUTH, 'SLACK_SIGNING_SECRET'], 'Slack is configured for many workspaces in part'),
    );
    if (env.SLACK_BOT_TOKEN !== undefined) {
      problems.push('SLACK_BOT_TOKEN: leave it out when SLACK_CLIENT_ID is set: each workspace has a token of its own');
    }
  } else if (has(['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'])) {
    problems.push(...missing(['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'], 'Slack is configured in part'));
  }

  const roles = new Set((env.ROLES ?? 'web,bot,worker').split(',').map((role) => role.trim()));
  const unknown = [...roles].filter((role) => !['web', 'bot', 'worker'].includes(role));
  if (unknown.length > 0) problems.push('ROLES: expected some of web, bot, worker, with commas between');
  else if (roles.size < 3)
    problems.push('ROLES: several processes need Redis, which is not supported yet: leave it out');
  if (!has([...DISCORD, ...SLACK_OAUTH, 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'])) {
    problems.push('DISCORD_TOKEN or SLACK_BOT_TOKEN: at least one platform must be configured');
  }
  return problems;
}

function configOf(set: Variables): Config {
  const isDiscord = set.DISCORD_APPLICATION_ID !== undefined && set.DISCORD_PUBLIC_KEY !== undefined;
  return {
    port: set.PORT,
    baseUrl: (set.BASE_URL ?? `http://localhost:${set.PORT}`).replace(/\/+$/, ''),
    brand: { name: set.BRAND_NAME, termsUrl: set.TERMS_URL ?? null, privacyUrl: set.PRIVACY_URL ?? null },
    dodo: {
      environment: set.DODO_ENVIRONMENT,
      baseUrl: set.DODO_PAYMENTS_BASE_URL ?? null,
      callsPerMinute: set.DODO_CALLS_PER_MINUTE,
    },
    catalogue: {
      entitlementId: set.CREDIT_ENTITLEMENT_ID,
      starterProductId: set.STARTER_PLAN_PRODUCT_ID,
      proProductId: set.PRO_PLAN_PRODUCT_ID,
      topUpProductId: set.TOPUP_PRODUCT_ID,
    },
    openai: { model: set.OPENAI_MODEL, baseUrl: set.OPENAI_BASE_URL ?? null, modelRules: set.MODEL_TABLE ?? {} },
    discord: isDiscord
      ? {
          applicationId: set.DISCORD_APPLICATION_ID ?? '',
          publicKey: set.DISCORD_PUBLIC_KEY ?? '',
          apiUrl: set.DISCORD_API_URL,
        }
      : null,
    slack:
      set.SLACK_SIGNING_SECRET === undefined
        ? null
        : {
            apiUrl: set.SLACK_API_URL.endsWith('/') ? set.SLACK_API_URL : `${set.SLACK_API_URL}/`,
            commandPrefix: set.SLACK_COMMAND_PREFIX,
            isDistributed: set.SLACK_CLIENT_ID !== undefined,
          },
    databasePath: set.DATABASE_PATH,
    balanceMaxAge: set.BALANCE_MAX_AGE,
    memberAsksPerMinute: set.MEMBER_ASKS_PER_MINUTE,
    maxAsksPerAccount: set.MAX_ASKS_PER_ACCOUNT,
    settleWithoutPlan: set.SETTLE_WITHOUT_PLAN,
  };
}

function secretsOf(set: Variables): ConfigSecrets {
  const { SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret, SLACK_STATE_SECRET: stateSecret } = set;
  const isDistributed = clientId !== undefined && clientSecret !== undefined && stateSecret !== undefined;
  const botToken = set.SLACK_BOT_TOKEN;
  return {
    appSecret: set.APP_SECRET,
    appSecretPrevious: set.APP_SECRET_PREVIOUS ?? null,
    dodoApiKey: set.DODO_PAYMENTS_API_KEY,
    dodoWebhookKey: set.DODO_PAYMENTS_WEBHOOK_KEY,
    openaiApiKey: set.OPENAI_API_KEY,
    discordToken: set.DISCORD_TOKEN ?? null,
    slackSigningSecret: set.SLACK_SIGNING_SECRET ?? null,
    slackAuth: isDistributed ? { clientId, clientSecret, stateSecret } : botToken === undefined ? null : { botToken },
  };
}
