import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/config/config.ts';
import { variables } from '../../src/config/config-variables.ts';
import { productVariables } from '../../src/config/product-variables.ts';
import { createCatalogue, DEFAULT_TERMS } from '../../src/core/catalogue.ts';

const least = {
  DODO_PAYMENTS_API_KEY: 'dodo_key',
  DODO_PAYMENTS_WEBHOOK_KEY: 'whsec_c2VjcmV0c2VjcmV0',
  CREDIT_ENTITLEMENT_ID: 'cde_1',
  STARTER_PLAN_PRODUCT_ID: 'pdt_starter',
  PRO_PLAN_PRODUCT_ID: 'pdt_pro',
  TOPUP_PRODUCT_ID: 'pdt_topup',
  OPENAI_API_KEY: 'sk-key',
  APP_SECRET: 'thirty-two characters and a few more',
};

const discord = { DISCORD_TOKEN: 'a.b.c', DISCORD_APPLICATION_ID: '123456789012345678' };
const discordHttp = { ...discord, DISCORD_PUBLIC_KEY: 'ab'.repeat(32), DISCORD_TRANSPORT: 'http' };

const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'shh' };
const appToken = { SLACK_APP_TOKEN: 'xapp-1-A0-2-c' };
const oauth = { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'cs', SLACK_STATE_SECRET: 'ss' };

const whole = { ...least, ...discord };

type Env = Record<string, string | undefined>;

function problemsOf(env: Env): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** Every variable with a value that it cannot have. */
const malformed: Record<string, string> = {
  DODO_PAYMENTS_API_KEY: 'a key with spaces',
  DODO_PAYMENTS_WEBHOOK_KEY: 'whsec_not base64!',
  DODO_ENVIRONMENT: 'production',
  DODO_PAYMENTS_BASE_URL: 'test.dodopayments.com',
  CATALOGUE_PATH: '/no/such/catalogue.json',
  OVERAGE_PRICE_UNIT: 'euros',
  OPENAI_API_KEY: 'schlüssel',
  OPENAI_BASE_URL: 'ftp://models.example',
  MODEL_TABLE: '{"m":',
  PORT: '70000',
  BASE_URL: 'bot.example.com',
  BRAND_NAME: 'b'.repeat(61),
  TERMS_URL: 'javascript:alert(1)',
  PRIVACY_URL: 'privacy',
  APP_SECRET: 'short',
  APP_SECRET_PREVIOUS: 'short as well',
  REDIS_URL: 'localhost:6379',
  REDIS_UNSAFE: 'maybe',
  ROLES: 'web,king',
  BALANCE_MAX_AGE: '15 min',
  DODO_CALLS_PER_MINUTE: '0',
  SYSTEM_PROMPT: 's'.repeat(20_001),
  MEMBER_ASKS_PER_MINUTE: '-1',
  WORKSPACE_ASKS_PER_MINUTE: 'many',
  DAILY_TOKEN_LIMIT: '1e6',
  OVERAGE_CAP_USD: '$50',
  ALLOW_SPACES: '1;2',
  BLOCK_SPACES: 'my server',
  ALLOW_CHANNELS: '#general',
  BLOCK_CHANNELS: '1,,2',
  ALLOW_MEMBERS: '@ann',
  BLOCK_MEMBERS: ',',
  MAX_ASKS_PER_ACCOUNT: '1.5',
  SETTLE_WITHOUT_PLAN: 'credit',
  LOG_LEVEL: 'chatty',
  DISCORD_TOKEN: 'to ken',
  DISCORD_APPLICATION_ID: 'my-app',
  DISCORD_PUBLIC_KEY: 'abc',
  DISCORD_TRANSPORT: 'pigeon',
  DISCORD_API_URL: 'discord',
  SLACK_BOT_TOKEN: 'xoxb 1',
  SLACK_APP_TOKEN: 'xoxb-2',
  SLACK_COMMAND_PREFIX: 'My Bot',
  SLACK_API_URL: '//slack.com',
};

const nameOf = (problem: string) => problem.split(':')[0] ?? '';

describe('the configuration', () => {
  it('takes what is needed and fills in the documented defaults', () => {
    const { config, secrets } = loadConfig(whole);
    expect(config).toEqual({
      port: 3_000,
      baseUrl: 'http://localhost:3000',
      trustedProxies: 0,
      brand: { name: 'NeuralAPI', termsUrl: null, privacyUrl: null },
      dodo: { environment: 'test_mode', baseUrl: null, callsPerMinute: 200 },
      catalogue: createCatalogue(DEFAULT_TERMS, {
        entitlementId: 'cde_1',
        productIds: { starter: 'pdt_starter', pro: 'pdt_pro', topup: 'pdt_topup' },
      }),
      openai: { model: 'gpt-5.4-mini', baseUrl: null, modelRules: {}, systemPrompt: null },
      discord: {
        applicationId: discord.DISCORD_APPLICATION_ID,
        apiUrl: 'https://discord.com/api',
        transport: 'gateway',
      },
      slack: null,
      databasePath: './data/tallybot.db',
      isUnsafeStoreAccepted: false,
      roles: new Set(['web', 'bot', 'worker']),
      balanceMaxAge: 900,
      memberAsksPerMinute: 20,
      workspaceAsksPerMinute: 0,
      dailyTokenLimit: 0,
      overageCapCents: 5_000,
      places: {
        allowSpaces: [],
        blockSpaces: [],
        allowChannels: [],
        blockChannels: [],
        allowMembers: [],
        blockMembers: [],
      },
      maxAsksPerAccount: 50,
      settleWithoutPlan: 'debit',
      logLevel: 'info',
    });
    expect(secrets.slackAuth).toBeNull();
    expect(variables.shape.SLACK_API_URL.parse(undefined)).toBe('https://slack.com/api/');
    expect(variables.shape.ROLES.parse(undefined)).toBe('web,bot,worker');
  });

  it('names every missing variable at once', () => {
    expect(problemsOf({}).map(nameOf).toSorted()).toEqual(
      [...Object.keys(least), 'DISCORD_TOKEN or SLACK_BOT_TOKEN'].toSorted(),
    );
    for (const problem of problemsOf({})) expect(problem).toContain('is missing');
  });

  it.each(Object.keys(least))('does without no %s', (name) => {
    expect(problemsOf({ ...whole, [name]: undefined })).toEqual([`${name}: is missing`]);
    expect(problemsOf({ ...whole, [name]: '' })).toEqual([`${name}: is missing`]);
    expect(problemsOf({ ...whole, [name]: '   ' })).toEqual([`${name}: is missing`]);
  });

  it('names every malformed variable at once, and says what it expected', () => {
    const problems = problemsOf({ ...whole, ...malformed });
    expect(new Set(problems.map(nameOf))).toEqual(new Set(Object.keys(malformed)));
    for (const problem of problems) {
      expect(problem).toMatch(/^[A-Z_]+: (expected |.*(is missing|not supported yet))/);
    }
  });

  it.each(Object.entries(malformed).filter(([name]) => !['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'].includes(name)))(
    'refuses %s=%s alone',
    (name, value) => {
      expect(problemsOf({ ...whole, [name]: value }).map(nameOf)).toEqual([name]);
      expect(problemsOf({ ...whole, [name]: value }).join()).not.toContain(value);
    },
  );

  it('never takes a misspelt environment for one of the two', () => {
    for (const value of ['live', 'LIVE_MODE', 'test', 'live-mode', 'test_mode,']) {
      expect(problemsOf({ ...whole, DODO_ENVIRONMENT: value })).toEqual([
        'DODO_ENVIRONMENT: expected test_mode or live_mode',
      ]);
    }
    expect(loadConfig({ ...whole, DODO_ENVIRONMENT: 'live_mode' }).config.dodo.environment).toBe('live_mode');
  });

  it('finds a misspelt name, which would leave the variable at its default', () => {
    expect(problemsOf({ ...whole, DODO_ENVIROMENT: 'live_mode' })).toEqual([
      'DODO_ENVIROMENT: is not a variable of this program; expected DODO_ENVIRONMENT',
    ]);
    expect(problemsOf({ ...whole, OPENAI_MODELS: 'x' }).map(nameOf)).toEqual(['OPENAI_MODELS']);
  });

  it('leaves the variables of other programs alone', () => {
    expect(problemsOf({ ...whole, PATH: '/bin', PORTS: '1', OPENAI_LOG: 'debug', SLACK_WEBHOOK: 'x' })).toEqual([]);
  });

  it('drops the space around a value', () => {
    const { config, secrets } = loadConfig({ ...whole, PORT: ' 8080 ', OPENAI_API_KEY: 'sk-key\r\n' });
    expect(config.port).toBe(8_080);
    expect(secrets.openaiApiKey).toBe('sk-key');
  });

  it.each(['0x10', '1e3', '3,000', '٣'])('takes %s for no whole number', (value) => {
    expect(problemsOf({ ...whole, PORT: value })).toEqual(['PORT: expected a whole number']);
  });

  it('refuses an APP_SECRET of 31 characters and takes one of 32', () => {
    expect(problemsOf({ ...whole, APP_SECRET: 'x'.repeat(31) })).toEqual([
      'APP_SECRET: expected 32 characters or more',
    ]);
    expect(problemsOf({ ...whole, APP_SECRET: 'x'.repeat(32) })).toEqual([]);
  });

  it('leaves no slash at the end of its own address', () => {
    expect(loadConfig({ ...whole, BASE_URL: 'https://bot.example.com/' }).config.baseUrl).toBe(
      'https://bot.example.com',
    );
  });

  it('reads the model table', () => {
    const MODEL_TABLE = '{"mine":{"contextTokens":32000,"maxOutputTokens":8000,"outputWeight":1500}}';
    expect(loadConfig({ ...whole, MODEL_TABLE }).config.openai.modelRules).toEqual({
      mine: {
        contextTokens: 32_000,
        maxOutputTokens: 8_000,
        leastOutputTokens: 128,
        inputWeight: 1_000,
        cachedInputWeight: 1_000,
        outputWeight: 1_500,
      },
    });
  });

  it.each(['inputWeight', 'cachedInputWeight', 'outputWeight'])(
    'refuses a %s below zero: an answer would mint tokens (pain 15)',
    (weight) => {
      const MODEL_TABLE = JSON.stringify({ mine: { contextTokens: 32_000, maxOutputTokens: 8_000, [weight]: -1 } });
      expect(problemsOf({ ...whole, MODEL_TABLE })).toEqual([expect.stringContaining(`MODEL_TABLE: ${weight}: `)]);
    },
  );

  it('says which field of a model is wrong, and shows neither the name nor the value', () => {
    const MODEL_TABLE = '{"sk-name":{"contextTokens":"sk-value","maxOutputTokens":1,"sk-field":2},"sk-other":7}';
    const problems = problemsOf({ ...whole, MODEL_TABLE });
    expect(problems).toContainEqual(expect.stringMatching(/^MODEL_TABLE: contextTokens: /));
    expect(problems.map(nameOf)).toEqual(problems.map(() => 'MODEL_TABLE'));
    expect(problems.join()).not.toContain('sk-');
  });
});

describe('variables that demand others', () => {
  it.each(Object.keys(discord))('wants %s with the rest of Discord', (name) => {
    const expected = [`${name}: is missing (Discord is configured in part)`];
    expect(problemsOf({ ...whole, [name]: undefined })).toEqual(expected);
    expect(problemsOf({ ...least, ...discordHttp, [name]: undefined })).toEqual(expected);
  });

  it('hears Discord by the gateway unless told otherwise, and needs no public key for it', () => {
    expect(loadConfig({ ...whole, DISCORD_TRANSPORT: 'gateway' })).toEqual(loadConfig(whole));
    const { DISCORD_PUBLIC_KEY } = discordHttp;
    expect(loadConfig({ ...whole, DISCORD_PUBLIC_KEY })).toEqual(loadConfig(whole));
    expect(problemsOf({ ...least, DISCORD_PUBLIC_KEY }).map(nameOf)).toEqual(Object.keys(discord));
  });

  it('wants the public key of a Discord over HTTP', () => {
    expect(loadConfig({ ...least, ...discordHttp }).config.discord).toEqual({
      applicationId: discord.DISCORD_APPLICATION_ID,
      apiUrl: 'https://discord.com/api',
      transport: 'http',
      publicKey: discordHttp.DISCORD_PUBLIC_KEY,
    });
    expect(problemsOf({ ...whole, DISCORD_TRANSPORT: 'http' })).toEqual([
      'DISCORD_PUBLIC_KEY: is missing (it tells that a request over HTTP is from Discord)',
    ]);
  });

  it('takes Slack alone, by a token or for many workspaces', () => {
    const one = loadConfig({ ...least, ...slack });
    expect(one.secrets.slackAuth).toEqual({ botToken: 'xoxb-1' });
    expect(one.config.slack?.transport).toBe('http');
    const many = loadConfig({
      ...least,
      ...oauth,
      SLACK_SIGNING_SECRET: 'shh',
      SLACK_API_URL: 'https://slack.test/api',
    });
    expect(many.config.slack).toEqual({ apiUrl: 'https://slack.test/api/', commandPrefix: '', transport: 'http' });
    expect(many.config.discord).toBeNull();
    expect(many.secrets.slackAuth).toEqual({ clientId: '1.2', clientSecret: 'cs', stateSecret: 'ss' });
  });

  it.each([
    ['with a bot token', { SLACK_BOT_TOKEN: 'xoxb-1' }, null],
    ['with a signing secret that it does not need', slack, 'shh'],
    ['for many workspaces', oauth, null],
    ['for many workspaces, with a signing secret', { ...oauth, SLACK_SIGNING_SECRET: 'shh' }, 'shh'],
  ])('hears Slack by Socket Mode when there is an app-level token: %s', (_, auth, slackSigningSecret) => {
    const { config, secrets } = loadConfig({ ...least, ...auth, ...appToken });
    expect(config.slack).toEqual({ apiUrl: 'https://slack.com/api/', commandPrefix: '', transport: 'socket' });
    expect(secrets).toMatchObject({ slackAppToken: appToken.SLACK_APP_TOKEN, slackSigningSecret });
    expect(secrets.slackAuth).not.toBeNull();
    expect(config.discord).toBeNull();
  });

  it('wants what tells Slack who it is beside an app-level token', () => {
    expect(problemsOf({ ...least, ...appToken })).toEqual([
      'SLACK_BOT_TOKEN: is missing (Slack is configured in part)',
    ]);
    expect(problemsOf({ ...least, ...appToken, SLACK_CLIENT_ID: '1.2' }).map(nameOf)).toEqual([
      'SLACK_CLIENT_SECRET',
      'SLACK_STATE_SECRET',
    ]);
    expect(problemsOf({ ...least, ...appToken, ...oauth, SLACK_BOT_TOKEN: 'xoxb-1' }).map(nameOf)).toEqual([
      'SLACK_BOT_TOKEN',
    ]);
  });

  it('takes no other token for an app-level one', () => {
    for (const token of ['xoxb-1', 'xapp', 'XAPP-1']) {
      expect(problemsOf({ ...least, SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: token })).toEqual([
        'SLACK_APP_TOKEN: expected an app-level token, which begins with xapp-',
      ]);
    }
  });

  it('wants the other half of a Slack that is configured in part', () => {
    expect(problemsOf({ ...least, SLACK_BOT_TOKEN: 'xoxb-1' }).map(nameOf)).toEqual(['SLACK_SIGNING_SECRET']);
    expect(problemsOf({ ...least, SLACK_SIGNING_SECRET: 'shh' }).map(nameOf)).toEqual(['SLACK_BOT_TOKEN']);
    expect(problemsOf({ ...least, SLACK_CLIENT_ID: '1.2' }).map(nameOf)).toEqual([
      'SLACK_CLIENT_SECRET',
      'SLACK_STATE_SECRET',
      'SLACK_SIGNING_SECRET',
    ]);
  });

  it('refuses a bot token beside the variables for many workspaces', () => {
    expect(problemsOf({ ...least, ...oauth, ...slack }).map(nameOf)).toEqual(['SLACK_BOT_TOKEN']);
  });

  it('runs all roles in one process, however they are written, unless there is Redis', () => {
    expect(problemsOf({ ...whole, ROLES: 'worker, bot,web' })).toEqual([]);
    expect(problemsOf({ ...whole, ROLES: 'web' })).toEqual([
      'ROLES: several processes need Redis: set REDIS_URL, or leave ROLES out',
    ]);
    const { config } = loadConfig({ ...whole, ROLES: 'web', REDIS_URL: 'redis://localhost' });
    expect(config.roles).toEqual(new Set(['web']));
  });
});

describe('what the problems show', () => {
  const names = Object.keys(variables.shape);
  /** Long enough that it stands in no message by chance. */
  const values = fc.stringMatching(/^[!-~]{12,40}$/);

  it('never holds a value, whichever variables are wrong', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), values, { minKeys: 1 }), (env) => {
        const message = new ConfigError(problemsOf(env)).message;
        for (const value of Object.values(env)) expect(message).not.toContain(value);
      }),
    );
  });

  it('never holds what stands in a model table', () => {
    fc.assert(
      fc.property(values, fc.jsonValue(), fc.constantFrom('contextTokens', 'other'), (name, value, field) => {
        const inside = `secret${JSON.stringify(name)}`;
        const MODEL_TABLE = JSON.stringify({ [inside]: { [field]: inside, [inside]: value } });
        const message = new ConfigError(problemsOf({ ...whole, MODEL_TABLE })).message;
        expect(message).toContain('MODEL_TABLE');
        expect(message).not.toContain('secret"');
      }),
    );
  });
});

describe('.env.example', () => {
  const lines = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
  const listed = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split('=')[0]);

  it('lists exactly the variables that are read, in their order', () => {
    const ids = productVariables(DEFAULT_TERMS).map(({ variable }) => variable);
    const names = Object.keys(variables.shape);
    names.splice(names.indexOf('CREDIT_ENTITLEMENT_ID') + 1, 0, ...ids);
    expect(listed).toEqual(names);
  });

  it('is a good configuration once its blanks are filled in', () => {
    const example = Object.fromEntries(
      lines
        .filter((line) => /^[A-Z_]+=/.test(line))
        .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
    );
    const filled: Env = { ...example, ...least, ...discord };
    expect(loadConfig(filled).config).toEqual(loadConfig(whole).config);
  });
});
