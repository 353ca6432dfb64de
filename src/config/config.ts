import { type Catalogue, createCatalogue } from '../core/catalogue.ts';
import type { ModelRules } from '../core/models.ts';
import type { PlaceLists } from '../core/operator/places.ts';
import { readCatalogueFile } from './catalogue-file.ts';
import { crossProblems, misspeltNames, presentVariables } from './config-rules.ts';
import { problemsOf, type Variables, variables } from './config-variables.ts';
import { readProductIds } from './product-variables.ts';

/** Everything that an operator sets, checked. Secrets stand apart, so that the rest can be logged. */
export interface Config {
  port: number;
  /** Where members and Dodo reach this bot, without a slash at the end. */
  baseUrl: string;
  /** Proxies before this bot, whose word is taken for where a request comes from. */
  trustedProxies: number;
  brand: { name: string; termsUrl: string | null; privacyUrl: string | null };
  dodo: { environment: 'test_mode' | 'live_mode'; baseUrl: string | null; callsPerMinute: number };
  /** What is sold, with Dodo's ids. */
  catalogue: Catalogue;
  openai: {
    model: string;
    baseUrl: string | null;
    modelRules: Record<string, ModelRules>;
    /** Said to the model before every question. */
    systemPrompt: string | null;
  };
  discord: DiscordConfig | null;
  slack: { apiUrl: string; commandPrefix: string; transport: 'http' | 'socket' } | null;
  /** Where SQLite keeps its file; unused with Redis. */
  databasePath: string;
  /** Start though the store would lose commits in a crash. */
  isUnsafeStoreAccepted: boolean;
  roles: ReadonlySet<Role>;
  /** Seconds. */
  balanceMaxAge: number;
  memberAsksPerMinute: number;
  /** Of one server or workspace; 0: no limit. */
  workspaceAsksPerMinute: number;
  /** Of the whole bot; 0: no limit. */
  dailyTokenLimit: number;
  overageCapCents: number;
  places: PlaceLists;
  maxAsksPerAccount: number;
  settleWithoutPlan: 'debit' | 'meter';
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** What a process does: HTTP, the platforms' connections, the work that waits. */
export type Role = 'web' | 'bot' | 'worker';

/** Interactions come over HTTP, signed, or by the gateway. */
export type DiscordConfig = { applicationId: string; apiUrl: string } & (
  | { transport: 'http'; publicKey: string }
  | { transport: 'gateway' }
);

export interface ConfigSecrets {
  appSecret: string;
  appSecretPrevious: string | null;
  dodoApiKey: string;
  dodoWebhookKey: string;
  openaiApiKey: string;
  /** The address may hold a password. null: SQLite. */
  redisUrl: string | null;
  discordToken: string | null;
  /** Of requests over HTTP. */
  slackSigningSecret: string | null;
  /** Of Socket Mode. */
  slackAppToken: string | null;
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
 * Reads the configuration, and the catalogue's file. Space around a value is dropped, and an empty value counts as none.
 * @param env the process's environment
 * @throws ConfigError listing every problem at once
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): {
  config: Config;
  secrets: ConfigSecrets;
} {
  const present = presentVariables(env);
  const parsed = variables.safeParse(present);
  const catalogue = readCatalogueFile(present.CATALOGUE_PATH);
  const sold = 'terms' in catalogue ? readProductIds(present, catalogue.terms) : null;
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error)),
    ...('problems' in catalogue ? catalogue.problems : []),
    ...(sold?.problems ?? []),
    ...crossProblems(present),
    ...misspeltNames(present, Object.keys(variables.shape)),
  ];
  if (!parsed.success || sold === null || 'problems' in catalogue || problems.length > 0) {
    throw new ConfigError(problems);
  }
  const ids = { entitlementId: parsed.data.CREDIT_ENTITLEMENT_ID, productIds: sold.productIds };
  return {
    config: configOf(parsed.data, createCatalogue(catalogue.terms, ids)),
    secrets: secretsOf(parsed.data),
  };
}

/** Where a process without the web role is asked for its health only, any free port will do. */
function portOf(set: Variables): number {
  return set.PORT ?? (rolesOf(set.ROLES).has('web') ? 3_000 : 0);
}

function configOf(set: Variables, catalogue: Catalogue): Config {
  return {
    port: portOf(set),
    baseUrl: (set.BASE_URL ?? `http://localhost:${portOf(set)}`).replace(/\/+$/, ''),
    trustedProxies: set.TRUSTED_PROXIES,
    brand: { name: set.BRAND_NAME, termsUrl: set.TERMS_URL ?? null, privacyUrl: set.PRIVACY_URL ?? null },
    dodo: {
      environment: set.DODO_ENVIRONMENT,
      baseUrl: set.DODO_PAYMENTS_BASE_URL ?? null,
      callsPerMinute: set.DODO_CALLS_PER_MINUTE,
    },
    catalogue,
    openai: {
      model: set.OPENAI_MODEL,
      baseUrl: set.OPENAI_BASE_URL ?? null,
      modelRules: set.MODEL_TABLE ?? {},
      systemPrompt: set.SYSTEM_PROMPT ?? null,
    },
    discord: discordOf(set),
    slack:
      set.SLACK_SIGNING_SECRET === undefined && set.SLACK_APP_TOKEN === undefined
        ? null
        : {
            apiUrl: set.SLACK_API_URL.endsWith('/') ? set.SLACK_API_URL : `${set.SLACK_API_URL}/`,
            commandPrefix: set.SLACK_COMMAND_PREFIX,
            transport: set.SLACK_APP_TOKEN === undefined ? 'http' : 'socket',
          },
    databasePath: set.DATABASE_PATH,
    isUnsafeStoreAccepted: set.REDIS_UNSAFE === 'yes',
    roles: rolesOf(set.ROLES),
    balanceMaxAge: set.BALANCE_MAX_AGE,
    memberAsksPerMinute: set.MEMBER_ASKS_PER_MINUTE,
    workspaceAsksPerMinute: set.WORKSPACE_ASKS_PER_MINUTE,
    dailyTokenLimit: set.DAILY_TOKEN_LIMIT,
    overageCapCents: set.OVERAGE_CAP_USD * 100,
    places: {
      allowSpaces: set.ALLOW_SPACES,
      blockSpaces: set.BLOCK_SPACES,
      allowChannels: set.ALLOW_CHANNELS,
      blockChannels: set.BLOCK_CHANNELS,
      allowMembers: set.ALLOW_MEMBERS,
      blockMembers: set.BLOCK_MEMBERS,
    },
    maxAsksPerAccount: set.MAX_ASKS_PER_ACCOUNT,
    settleWithoutPlan: set.SETTLE_WITHOUT_PLAN,
    logLevel: set.LOG_LEVEL,
  };
}

function rolesOf(text: string): ReadonlySet<Role> {
  const named = text.split(',').map((role) => role.trim());
  return new Set((['web', 'bot', 'worker'] as const).filter((role) => named.includes(role)));
}

function discordOf(set: Variables): DiscordConfig | null {
  const { DISCORD_APPLICATION_ID: applicationId, DISCORD_PUBLIC_KEY: publicKey, DISCORD_API_URL: apiUrl } = set;
  if (applicationId === undefined) return null;
  if (set.DISCORD_TRANSPORT === 'gateway') return { applicationId, apiUrl, transport: 'gateway' };
  return publicKey === undefined ? null : { applicationId, apiUrl, transport: 'http', publicKey };
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
    redisUrl: set.REDIS_URL ?? null,
    discordToken: set.DISCORD_TOKEN ?? null,
    slackSigningSecret: set.SLACK_SIGNING_SECRET ?? null,
    slackAppToken: set.SLACK_APP_TOKEN ?? null,
    slackAuth: isDistributed ? { clientId, clientSecret, stateSecret } : botToken === undefined ? null : { botToken },
  };
}
