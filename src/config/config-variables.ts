import { z } from 'zod';

/** What a model must say of itself in MODEL_TABLE; weights are in thousandths. */
const modelRules = z.strictObject({
  contextTokens: z.int().positive(),
  maxOutputTokens: z.int().positive(),
  leastOutputTokens: z.int().positive().default(128),
  inputWeight: z.int().nonnegative().default(1000),
  cachedInputWeight: z.int().nonnegative().default(1000),
  outputWeight: z.int().positive().default(1000),
});

const MODEL_FIELDS: ReadonlySet<unknown> = new Set(Object.keys(modelRules.shape));

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
    z.record(z.string(), modelRules, {
      error: 'expected an object of model names, each with contextTokens and maxOutputTokens',
    }),
  );

const present = z.string({ error: 'is missing' });
/** What travels in an HTTP header. */
const key = present.regex(/^[\x21-\x7e]+$/, 'expected visible ASCII characters without spaces');
const url = z.url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' });
const secret = present.min(32, 'expected 32 characters or more');
const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `expected ${least} or more`).max(most, `expected ${most} or less`));
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `expected ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` });

/** Ids of the platforms, commas between. */
const ids = z
  .string()
  .regex(/^[\w:]+(\s*,\s*[\w:]+)*$/, 'expected ids with commas between')
  .transform((list) => list.split(',').map((id) => id.trim()))
  .default([]);

/** The variables, in the order of .env.example; those of the products' ids follow from the catalogue. */
export const variables = z.object({
  DODO_PAYMENTS_API_KEY: key,
  /** Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks, "Symmetric signatures". */
  DODO_PAYMENTS_WEBHOOK_KEY: present.regex(
    /^(whsec_)?([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/,
    'expected base64, with or without "whsec_" before it',
  ),
  DODO_ENVIRONMENT: oneOf(['test_mode', 'live_mode']).default('test_mode'),
  DODO_PAYMENTS_BASE_URL: url.optional(),
  CATALOGUE_PATH: z.string().optional(),
  CREDIT_ENTITLEMENT_ID: present,
  OVERAGE_PRICE_UNIT: oneOf(['dollars', 'cents']).default('dollars'),
  OPENAI_API_KEY: key,
  OPENAI_MODEL: z.string().default('gpt-5.4-mini'),
  OPENAI_BASE_URL: url.optional(),
  MODEL_TABLE: modelTable.optional(),
  SYSTEM_PROMPT: z.string().max(20_000, 'expected 20,000 characters or less').optional(),
  PORT: wholeNumber(0, 65_535).optional(),
  BASE_URL: url.optional(),
  TRUSTED_PROXIES: wholeNumber(0, 10).default(0),
  BRAND_NAME: z.string().max(60, 'expected 60 characters or less').default('NeuralAPI'),
  TERMS_URL: url.optional(),
  PRIVACY_URL: url.optional(),
  APP_SECRET: secret,
  APP_SECRET_PREVIOUS: secret.optional(),
  DATABASE_PATH: z.string().default('./data/tallybot.db'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'expected an address that begins with redis:// or rediss://')
    .optional(),
  REDIS_UNSAFE: oneOf(['yes', 'no']).default('no'),
  ROLES: z.string().default('web,bot,worker'),
  BALANCE_MAX_AGE: wholeNumber(60, 86_400).default(900),
  DODO_CALLS_PER_MINUTE: wholeNumber(1, 5_000).default(200),
  MEMBER_ASKS_PER_MINUTE: wholeNumber(0, 10_000).default(20),
  WORKSPACE_ASKS_PER_MINUTE: wholeNumber(0, 100_000).default(0),
  DAILY_TOKEN_LIMIT: z
    .string()
    .regex(/^\d{1,15}$/, 'expected a whole number of tokens')
    .transform(Number)
    .default(0),
  OVERAGE_CAP_USD: wholeNumber(0, 10_000).default(50),
  ALLOW_SPACES: ids,
  BLOCK_SPACES: ids,
  ALLOW_CHANNELS: ids,
  BLOCK_CHANNELS: ids,
  ALLOW_MEMBERS: ids,
  BLOCK_MEMBERS: ids,
  MAX_ASKS_PER_ACCOUNT: wholeNumber(1, 1_000).default(50),
  SETTLE_WITHOUT_PLAN: oneOf(['debit', 'meter']).default('debit'),
  LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  DISCORD_TOKEN: key.optional(),
  DISCORD_APPLICATION_ID: z
    .string()
    .regex(/^\d{15,20}$/, 'expected an id of 15 to 20 digits')
    .optional(),
  DISCORD_PUBLIC_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'expected 64 hexadecimal digits')
    .optional(),
  DISCORD_TRANSPORT: oneOf(['gateway', 'http']).default('gateway'),
  DISCORD_API_URL: url.default('https://discord.com/api'),
  SLACK_BOT_TOKEN: key.optional(),
  SLACK_SIGNING_SECRET: present.optional(),
  SLACK_APP_TOKEN: key.startsWith('xapp-', 'expected an app-level token, which begins with xapp-').optional(),
  SLACK_CLIENT_ID: present.optional(),
  SLACK_CLIENT_SECRET: present.optional(),
  SLACK_STATE_SECRET: present.optional(),
  SLACK_COMMAND_PREFIX: z
    .string()
    .regex(/^[a-z0-9_-]{0,20}$/, 'expected at most 20 of a-z, 0-9, - and _')
    .default(''),
  SLACK_API_URL: url.default('https://slack.com/api/'),
});

export type Variables = z.infer<typeof variables>;

/**
 * @returns each problem with its variable's name in front. A path below a variable is part of its value, but for the
 * fields of MODEL_TABLE, so nothing else of it is shown; nor are the texts of zod that quote what came.
 */
export function problemsOf(error: z.ZodError): string[] {
  const problems = error.issues.map((issue) => {
    const [name, ...below] = issue.path;
    const field = below.filter((part) => MODEL_FIELDS.has(part)).map((part) => `${String(part)}: `);
    const message =
      issue.code === 'unrecognized_keys' ? `expected only ${[...MODEL_FIELDS].join(', ')}` : issue.message;
    return `${String(name)}: ${field.join('')}${message}`;
  });
  return [...new Set(problems)];
}
