import { crossProblems, misspeltNames } from './config-rules.ts';
import { problemsOf, type Variables, variables } from './config-variables.ts';
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
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
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

/**
 * Reads the configuration. Space around a value is dropped, and an empty value counts as none.
 * @param env the process's environment
 * @throws ConfigError listing every problem at once
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): {
  config: Config;
  secrets: ConfigSecrets;
} {
  const present = Object.fromEntries(
    Object.entries(env)
      .map(([name, value]) => [name, value?.trim() ?? ''] as const)
      .filter(([, value]) => value !== ''),
  );
  const parsed = variables.safeParse(present);
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error)),
    ...crossProblems(present),
    ...misspeltNames(present, Object.keys(variables.shape)),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return { config: configOf(parsed.data), secrets: secretsOf(parsed.data) };
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
    logLevel: set.LOG_LEVEL,
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
