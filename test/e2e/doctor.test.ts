import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Surroundings } from '../../src/cli/doctor/all-checks.ts';
import { examine } from '../../src/cli/doctor/examine.ts';
import { reportLines } from '../../src/cli/doctor/report.ts';
import type { Result } from '../../src/cli/doctor/run-checks.ts';
import { USED_EVENT_TYPES } from '../../src/ports/dodo/events/event-types.ts';
import { createDodoSimulator } from '../../src/sandbox/dodo/simulator.ts';
import { startHttpServer } from '../../src/sandbox/http-server.ts';
import type { Bot } from '../helpers/bot.ts';
import { runDoctor } from '../helpers/doctor-process.ts';
import { complaints, createDoctorStage, type DoctorStage } from '../helpers/doctor-stage.ts';

const OVERLAY = 0x794c7630;

let stage: DoctorStage;
beforeAll(async () => {
  stage = await createDoctorStage();
});
afterEach(() => stage.putRight());
afterAll(() => stage.close());

const skipped = (results: readonly Result[]) =>
  results.filter(({ status }) => status === 'skipped').map(({ id }) => id);

/** One thing that is not as it should be, and what the doctor says of it. */
interface Case {
  what: string;
  /** @returns variables and surroundings that belong to it */
  spoil(): unknown;
  env?: Record<string, string>;
  surroundings?: Surroundings;
  /** The check that names it, and no other does. */
  check: string;
  severity: 'error' | 'warning';
  /** In its findings: what is wrong, and the cure. */
  told: RegExp[];
}

const none = () => {};

describe('a set-up in which all is well', () => {
  it('is told to be so', async () => {
    const results = await stage.examined();
    expect(complaints(results)).toEqual({});
    expect(skipped(results)).toEqual(['slack-connection']);
    expect(reportLines(results).at(-1)).toBe('All is well, 1 not looked at.');
  });

  it('is told so by the gateway and Socket Mode too', async () => {
    setEndpoint(null);
    const { appToken } = stage.bot.world.slack.settings;
    const results = await stage.examined({ DISCORD_TRANSPORT: 'gateway', SLACK_APP_TOKEN: appToken });
    expect([complaints(results), skipped(results)]).toEqual([{}, []]);
  });

  it('is told so with many workspaces, whose tokens are their own', async () => {
    const results = await stage.examined({
      SLACK_BOT_TOKEN: '',
      SLACK_CLIENT_ID: '1000.2000',
      SLACK_CLIENT_SECRET: 'simulated-client-secret',
      SLACK_STATE_SECRET: 'simulated-state-secret',
    });
    expect([complaints(results), skipped(results)]).toEqual([{}, ['slack-token', 'slack-scopes', 'slack-connection']]);
  });

  it('is told by a process too, which ends with 0 and changes nothing', async () => {
    const calls = stage.bot.world.discord.store.calls.length;
    const { code, out } = await runDoctor(stage.env, '--json');
    const facts = JSON.parse(out);
    expect([code, facts.ok, facts.errors]).toEqual([0, true, 0]);
    expect(facts.checks.map(({ id }: Result) => id)).toContain('discord-commands');
    const made = stage.bot.world.discord.store.calls.slice(calls);
    expect([...new Set(made.map(({ method }) => method.toLowerCase()))]).toEqual(['get']);
  });
});

describe('what is wrong is named, with its cure', () => {
  it('ends the process with 1, and prints no secret', async () => {
    const { code, out } = await runDoctor({ ...stage.env, DISCORD_TOKEN: 'wrong.token.of-the-test' });
    expect(code).toBe(1);
    expect(out).toContain('✗ Discord: token');
    expect(out).toMatch(/cure: .*reset the token/);
    expect(out).not.toContain('wrong.token.of-the-test');
  });

  const cases: Case[] = [
    {
      what: 'a key of Dodo that nobody knows',
      spoil: none,
      env: { DODO_PAYMENTS_API_KEY: 'key-that-nobody-knows' },
      check: 'dodo-key',
      severity: 'error',
      told: [/expected|a key of test_mode/, /one that Dodo refuses/, /"API Keys"/],
    },
    {
      what: 'a clock that is ten minutes behind',
      spoil: none,
      surroundings: { clock: () => stage.bot.now() - 600_000 },
      check: 'clock',
      severity: 'error',
      told: [/(599|60\d) s behind it/, /NTP/, /webhook verification fails/],
    },
    {
      what: 'a clock that is a minute ahead',
      spoil: none,
      surroundings: { clock: () => stage.bot.now() + 60_000 },
      check: 'clock',
      severity: 'warning',
      told: [/ahead of it/],
    },
    {
      what: 'a webhook endpoint that is disabled',
      async spoil() {
        await stage.dodo.webhooks.update(stage.endpointId, { disabled: true });
        stage.undo.push(() => stage.dodo.webhooks.update(stage.endpointId, { disabled: false }));
      },
      check: 'dodo-webhook',
      severity: 'error',
      told: [/one that is disabled/, /Enable it/],
    },
    {
      what: 'a webhook endpoint at another address',
      async spoil() {
        await stage.dodo.webhooks.update(stage.endpointId, { url: 'https://elsewhere.example.com/webhooks/dodo' });
        stage.undo.push(() =>
          stage.dodo.webhooks.update(stage.endpointId, { url: `${stage.bot.world.env.BASE_URL}/webhooks/dodo` }),
        );
      },
      check: 'dodo-webhook',
      severity: 'error',
      told: [/only https:\/\/elsewhere\.example\.com/, /Set BASE_URL/],
    },
    {
      what: 'a webhook endpoint that is told only some events',
      async spoil() {
        await stage.dodo.webhooks.update(stage.endpointId, { filter_types: ['payment.succeeded', 'credit.added'] });
        stage.undo.push(() => stage.dodo.webhooks.update(stage.endpointId, { filter_types: [...USED_EVENT_TYPES] }));
      },
      check: 'dodo-webhook',
      severity: 'error',
      told: [/credit\.deducted, credit\.expired/, /Add them/, /balances lag/],
    },
    {
      what: 'a second webhook endpoint for the same address',
      async spoil() {
        const second = await stage.dodo.webhooks.create({ url: `${stage.bot.world.env.BASE_URL}/webhooks/dodo/` });
        stage.undo.push(() => stage.dodo.webhooks.delete(second.id));
      },
      check: 'dodo-webhook',
      severity: 'warning',
      told: [/Delete all but one/],
    },
    {
      what: 'a webhook secret of another endpoint',
      spoil: none,
      env: { DODO_PAYMENTS_WEBHOOK_KEY: 'whsec_c2VjcmV0IG9mIGFub3RoZXIgZW5kcG9pbnQ=' },
      check: 'dodo-webhook',
      severity: 'error',
      told: [/DODO_PAYMENTS_WEBHOOK_KEY/, /webhook verification fails/, /Copy the secret/],
    },
    {
      what: 'a key that the model does not take',
      spoil() {
        stage.bot.world.openai.faults.outage(401);
        stage.undo.push(() => stage.bot.world.openai.faults.outage(null));
      },
      check: 'model',
      severity: 'error',
      told: [/OPENAI_API_KEY/, /Make one/],
    },
    {
      what: 'a token of Discord that nobody knows',
      spoil: none,
      env: { DISCORD_TOKEN: 'a.token.nobody-knows' },
      check: 'discord-token',
      severity: 'error',
      told: [/does not accept/, /reset the token/],
    },
    {
      what: 'a token of another application of Discord',
      spoil: none,
      env: { DISCORD_APPLICATION_ID: '123456789012345678' },
      check: 'discord-token',
      severity: 'error',
      told: [/expected a token of application 123456789012345678/],
    },
    {
      what: 'no interactions endpoint',
      spoil: () => setEndpoint(null),
      check: 'discord-settings',
      severity: 'error',
      told: [/\/discord\/interactions \| none/, /Set it at/, /did not respond/],
    },
    {
      what: 'an interactions endpoint beside the gateway',
      spoil: none,
      env: { DISCORD_TRANSPORT: 'gateway' },
      check: 'discord-settings',
      severity: 'error',
      told: [/none, as DISCORD_TRANSPORT=gateway needs it/, /Empty it/],
    },
    {
      what: 'a public key of another application',
      spoil: none,
      env: { DISCORD_PUBLIC_KEY: 'ab'.repeat(32) },
      check: 'discord-settings',
      severity: 'error',
      told: [/DISCORD_PUBLIC_KEY/, /no signature/],
    },
    {
      what: 'an app that users cannot install',
      spoil: () => setApplication({ integrationTypes: [0] }),
      check: 'discord-settings',
      severity: 'error',
      told: [/only for servers/, /page "Installation"/, /link for a user fails/],
    },
    {
      what: 'an app that asks for a code grant',
      spoil: () => setApplication({ requiresCodeGrant: true }),
      check: 'discord-settings',
      severity: 'error',
      told: [/Code Grant/, /Switch it off/],
    },
    {
      what: 'an app that only its owner can install',
      spoil: () => setApplication({ botPublic: false }),
      check: 'discord-settings',
      severity: 'warning',
      told: [/"Public Bot"/],
    },
    {
      what: 'a privileged intent that is not needed',
      spoil: () => setApplication({ flags: 1 << 19 }),
      check: 'discord-settings',
      severity: 'warning',
      told: [/Message Content/, /Switch them off/],
    },
    {
      what: 'commands of an older version',
      spoil() {
        const { commands } = stage.bot.world.discord.store;
        const [first, second, ...others] = commands.get('global') ?? [];
        if (first === undefined || second === undefined) throw new Error('expected commands');
        commands.set('global', [{ ...first, name: 'wallet' }, { ...second, description: 'As it was' }, ...others]);
        stage.undo.push(() => commands.set('global', [first, second, ...others]));
      },
      check: 'discord-commands',
      severity: 'error',
      told: [/missing: ask; older than this version: subscribe; not of this bot: wallet/, /npm run register/],
    },
    {
      what: 'a token that Slack does not know',
      spoil: none,
      env: { SLACK_BOT_TOKEN: 'xoxb-nobody-knows' },
      check: 'slack-token',
      severity: 'error',
      told: [/one that Slack does not know/, /Install the app/],
    },
    {
      what: 'a scope that is missing',
      spoil: () => setScopes(['commands', 'chat:write', 'app_mentions:read', 'im:write']),
      check: 'slack-scopes',
      severity: 'error',
      told: [/none of im:history/, /App Manifest.*install the app again/],
    },
    {
      what: 'a scope that is not needed',
      spoil: () => setScopes(['commands', 'chat:write', 'app_mentions:read', 'im:write', 'im:history', 'users:read']),
      check: 'slack-scopes',
      severity: 'warning',
      told: [/users:read as well/, /take them away/],
    },
    {
      what: 'an app-level token that Slack does not know',
      spoil: none,
      env: { SLACK_APP_TOKEN: 'xapp-nobody-knows' },
      check: 'slack-connection',
      severity: 'error',
      told: [/SLACK_APP_TOKEN/, /Slack does not know the app-level token/],
    },
    {
      what: 'an app-level token without its scope',
      spoil() {
        const { settings } = stage.bot.world.slack;
        const scopes = settings.appTokenScopes;
        settings.appTokenScopes = [];
        stage.undo.push(() => {
          settings.appTokenScopes = scopes;
        });
      },
      env: { SLACK_APP_TOKEN: 'xapp-simulated' },
      check: 'slack-connection',
      severity: 'error',
      told: [/lacks the scope connections:write/],
    },
    {
      what: 'a store of another environment',
      spoil: none,
      env: { DODO_ENVIRONMENT: 'live_mode' },
      check: 'store',
      severity: 'error',
      told: [/dodo_environment test_mode, for which it was made \| live_mode/, /DATABASE_PATH to another file/],
    },
    {
      what: "a store in a container's own layer",
      spoil: none,
      surroundings: { fileSystemOf: async () => OVERLAY },
      check: 'store',
      severity: 'warning',
      told: [/thrown away with the container/, /volume/],
    },
    {
      what: 'a Redis that is not there',
      spoil: none,
      env: { REDIS_URL: 'redis://:password-of-redis@127.0.0.1:9' },
      check: 'store',
      severity: 'error',
      told: [/127\.0\.0\.1:9 cannot be reached/],
    },
    {
      what: 'an address that leads elsewhere while the bot runs',
      async spoil() {
        const { url, close } = await startHttpServer((_request, response) => response.end('Welcome'));
        stage.undo.push(close);
        await stage.dodo.webhooks.update(stage.endpointId, { url: `${url}/webhooks/dodo` });
        stage.undo.push(() =>
          stage.dodo.webhooks.update(stage.endpointId, { url: `${stage.bot.world.env.BASE_URL}/webhooks/dodo` }),
        );
        setEndpoint(`${url}/discord/interactions`);
        return { BASE_URL: url };
      },
      check: 'address',
      severity: 'error',
      told: [/something that is not the bot \(status 200\)/, /Look at the tunnel/],
    },
    {
      what: 'a protection before the bot that lets no webhook through',
      async spoil() {
        const { url, close } = await startHttpServer((request, response) => {
          if (request.url === '/healthz') response.end('{"status":"ok"}');
          else response.writeHead(403).end('Are you human?');
        });
        stage.undo.push(close);
        await stage.dodo.webhooks.update(stage.endpointId, { url: `${url}/webhooks/dodo` });
        stage.undo.push(() =>
          stage.dodo.webhooks.update(stage.endpointId, { url: `${stage.bot.world.env.BASE_URL}/webhooks/dodo` }),
        );
        setEndpoint(`${url}/discord/interactions`);
        return { BASE_URL: url };
      },
      check: 'address',
      severity: 'error',
      told: [/unsigned POST to \S+\/webhooks\/dodo \| the status 401 from the bot \| 403/, /pass POST requests/],
    },
  ];

  it.each(cases)('$what', async ({ spoil, env, surroundings, check, severity, told }) => {
    const more = ((await spoil()) ?? {}) as Record<string, string>;
    const found = complaints(await stage.examined({ ...env, ...more }, surroundings));
    expect(Object.keys(found)).toEqual([check]);
    const text = found[check]?.join('\n') ?? '';
    expect(text).toMatch(new RegExp(`^${severity} `));
    for (const words of told) expect(text).toMatch(words);
  });

  it('a key of the other environment', async () => {
    const other = await createDodoSimulator({ apiKey: 'key-of-live-mode' });
    stage.undo.push(() => other.close());
    const env = { DODO_PAYMENTS_API_KEY: 'key-of-live-mode' };
    const found = complaints(await stage.examined(env, { otherDodoUrl: other.url }));
    expect(found['dodo-key']?.join()).toMatch(
      /a key of test_mode \| one of live_mode \| Set DODO_ENVIRONMENT=live_mode/,
    );
  });

  it('a key of another business than the store is of', async () => {
    const other = await createDodoSimulator({ apiKey: stage.bot.world.dodo.apiKey, seed: 99 });
    stage.undo.push(() => other.close());
    other.seedCatalogue();
    const found = complaints(await stage.examined({ DODO_PAYMENTS_BASE_URL: other.url }));
    expect(found.store?.join()).toMatch(/dodo_business_id bus_\w+, for which it was made \| bus_/);
  });

  it('a model that there is not, and one whose limits are not known', async () => {
    const found = complaints(await stage.examined({ OPENAI_MODEL: 'gpt-0' }));
    expect(found.model).toEqual([
      expect.stringMatching(/^warning \| OPENAI_MODEL .*MODEL_TABLE=\{"gpt-0"/),
      expect.stringMatching(/^error \| OPENAI_MODEL \| a model that there is \| gpt-0/),
    ]);
  });

  it.each([
    ['is about to end', '2026-12-01', /^warning .*gpt-5-mini, which ends on 2026-12-11 \| .*successor/],
    ['has ended', '2026-12-12', /^error .*gpt-5-mini, which ended on 2026-12-11 /],
  ])('a model that %s', async (_, today, told) => {
    const found = complaints(await stage.examined({ OPENAI_MODEL: 'gpt-5-mini' }, { clock: () => Date.parse(today) }));
    expect(found.model).toEqual([expect.stringMatching(told)]);
  });

  it('services that are away, each by itself while the others are looked at', async () => {
    stage.bot.world.dodo.switches.outage = { status: 503 };
    stage.undo.push(() => {
      stage.bot.world.dodo.switches.outage = null;
    });
    const results = await stage.examined({
      DISCORD_API_URL: 'http://127.0.0.1:9/api',
      SLACK_API_URL: 'http://127.0.0.1:9/api/',
    });
    const found = complaints(results);
    expect(Object.keys(found)).toEqual(['dodo-key', 'discord-token', 'slack-token']);
    expect(found['dodo-key']?.join()).toContain('Dodo answered 503');
    expect(found['discord-token']?.join()).toContain('Discord was not reached');
    expect(found['slack-token']?.join()).toContain('Slack did not answer auth.test');
  });

  it('a configuration with many problems, all at once, and looks at what is left', async () => {
    const results = await stage.examined({
      CREDIT_ENTITLEMENT_ID: '',
      PRO_PLAN_PRODUCT_ID: '',
      DODO_PAYMENTS_WEBHOOK_KEY: 'no base64',
      DISCORD_APPLICATION_ID: '',
      PORT: 'eighty',
      SLACK_SIGNIN_SECRET: 'misspelt-secret',
    });
    const { configuration = [], ...others } = complaints(results);
    expect(others).toEqual({});
    const names = configuration.map((line) => line.split(' | ')[1]);
    expect(names.toSorted()).toEqual([
      'CREDIT_ENTITLEMENT_ID',
      'DISCORD_APPLICATION_ID',
      'DODO_PAYMENTS_WEBHOOK_KEY',
      'PORT',
      'PRO_PLAN_PRODUCT_ID',
      'SLACK_SIGNIN_SECRET',
    ]);
    expect(configuration).toContainEqual(
      'error | PORT | a whole number | something else | Set PORT in .env; .env.example says what it is for. | ',
    );
    expect(configuration.find((line) => line.includes('SIGNIN'))).toContain('Write SLACK_SIGNING_SECRET instead.');
    const ok = results.filter(({ status }) => status === 'ok').map(({ id }) => id);
    expect(ok).toEqual([
      'dodo-key',
      'clock',
      'dodo-meter',
      'dodo-expiry',
      'model',
      'slack-token',
      'slack-scopes',
      'store',
    ]);
  });

  it('nothing configured at all', async () => {
    const results = await examine({}, {});
    expect(complaints(results).configuration?.length).toBeGreaterThan(5);
  });
});

describe('a bot that does not run', () => {
  it('is not an error: what shows only while it runs is said to be looked at then', async () => {
    const found = complaints(
      await stage.examined({ PORT: '9', BASE_URL: 'http://127.0.0.1:9', DISCORD_TRANSPORT: 'gateway' }),
    );
    expect(found.address?.join()).toMatch(/^warning \| http:\/\/127\.0\.0\.1:9\/healthz .*Start the bot/);
  });

  it('has a store that is not there yet, or cannot be made, or is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tallybot-doctor-'));
    stage.undo.push(() => rm(folder, { recursive: true, force: true }));
    const storeOf = async (path: string) =>
      complaints(await stage.examined({ DATABASE_PATH: path })).store?.join() ?? '';
    expect(await storeOf(join(folder, 'deep', 'tallybot.db'))).toBe('');
    await writeFile(join(folder, 'other.db'), 'a file of something else, and no database'.repeat(20));
    expect(await storeOf(join(folder, 'other.db'))).toMatch(/^error .*not a database/);
    await mkdir(join(folder, 'closed'));
    await chmod(join(folder, 'closed'), 0o500);
    const isRoot = process.getuid?.() === 0;
    expect(await storeOf(join(folder, 'closed', 'tallybot.db'))).toMatch(isRoot ? /^$/ : /cannot be written/);
  });
});

function setEndpoint(url: string | null): void {
  stage.bot.world.discord.setInteractionsUrl(url);
  stage.undo.push(() =>
    stage.bot.world.discord.setInteractionsUrl(`${stage.bot.world.env.BASE_URL}/discord/interactions`),
  );
}

function setApplication(change: Partial<Bot['world']['discord']['applicationSettings']>): void {
  const settings = stage.bot.world.discord.applicationSettings;
  const before = { ...settings };
  Object.assign(settings, change);
  stage.undo.push(() => Object.assign(settings, before));
}

function setScopes(scopes: string[]): void {
  const { slack } = stage.bot.world;
  const installation = slack.store.installations.get(slack.settings.botToken);
  if (installation === undefined) throw new Error('expected an installation of the bot');
  const before = installation.scopes;
  installation.scopes = scopes;
  stage.undo.push(() => {
    installation.scopes = before;
  });
}
