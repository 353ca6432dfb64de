import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandsFor } from '../../src/app/services.ts';
import { loadConfig } from '../../src/config/config.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../src/sandbox/simulated-world.ts';

const REGISTER = fileURLToPath(new URL('../../src/cli/register.ts', import.meta.url));
const GATEWAY = { DISCORD_TRANSPORT: 'gateway' };

let world: SimulatedWorld;
beforeEach(async () => {
  world = await createSimulatedWorld({ databasePath: '/nowhere/tallybot.db' });
});
afterEach(() => world.close());

const commandNames = () => commandsFor(loadConfig(world.env).config.catalogue).map(({ name }) => name);

/** Runs as `npm run register` does. An empty value takes a variable away. */
async function register(
  changes: Record<string, string> = {},
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env.PATH ?? '', ...world.env, ...changes };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [REGISTER, ...args], {
      env,
      timeout: 15_000,
    });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** What is to be pasted into Slack. */
function manifestIn(out: string) {
  return JSON.parse(out.slice(out.indexOf('\n{')));
}

const puts = () => world.discord.store.calls.filter(({ method }) => method.toLowerCase() === 'put').length;

describe('npm run register', () => {
  it('tells Discord of the commands, and a second time leaves them as they are', async () => {
    const first = await register();
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.out).toContain('Discord: the commands are registered.');
    const registered = world.discord.store.commands.get('global')?.map(({ name }) => name);
    expect(registered?.toSorted()).toEqual(commandNames().toSorted());
    const links = first.out.match(/https:\S+oauth2\S+/g)?.map((link) => new URL(link).searchParams) ?? [];
    const ofApp = { client_id: world.discord.applicationId };
    expect(links.map((parameters) => Object.fromEntries(parameters))).toEqual([
      { ...ofApp, integration_type: '0', scope: 'bot applications.commands', permissions: '274878008320' },
      { ...ofApp, integration_type: '1', scope: 'applications.commands' },
    ]);
    expect((await register()).out).toContain('Discord: the commands are unchanged.');
    expect(puts()).toBe(1);
  });

  it('tells one server alone with --guild, and leaves the commands for all as they are', async () => {
    const { guildId } = world.discord.home;
    const { out } = await register({}, '--guild', guildId);
    expect(out).toContain(`Discord: the commands of server ${guildId} are registered.`);
    const there = world.discord.store.commands;
    expect(
      there
        .get(guildId)
        ?.map(({ name }) => name)
        .toSorted(),
    ).toEqual(commandNames().toSorted());
    expect(there.get('global') ?? []).toEqual([]);
    expect((await register({}, '--guild', guildId)).out).toContain('are unchanged.');
    expect(puts()).toBe(1);
    const away = world.discord.guild({ botInstalled: false });
    const refused = await register({}, '--guild', away.id);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('(50001)')]);
  });

  it("prints Slack's manifest alone with --slack, before anything else is configured", async () => {
    const env = Object.fromEntries(Object.keys(world.env).map((name) => [name, '']));
    const { code, out, err } = await register({ ...env, BASE_URL: 'https://bot.example.com' }, '--slack', 'http');
    expect([code, err]).toEqual([0, '']);
    expect(manifestIn(out).settings.event_subscriptions.request_url).toBe('https://bot.example.com/slack/events');
    expect(out).not.toContain('Discord: ');
    const wrong = await register({ ...env, BASE_URL: 'bot' }, '--slack', 'http');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('BASE_URL: expected a URL')]);
    expect(wrong.err).not.toContain('DODO');
  });

  it.each([
    [['--guild', 'home'], /--guild: expected a server's id/],
    [['--slack', 'pigeon'], /--slack: expected http or socket/],
    [['--server', '1'], /--server/],
  ])('refuses the options %s', async (args, why) => {
    const { code, out, err } = await register({}, ...args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(why);
  });

  it.each([
    ['over HTTP, when it is set', {}, 'bot', /URL is http:\S+\/discord\/interactions, as it should be/],
    ['over HTTP, when it is not set', {}, null, /set the interactions endpoint URL to http:\S+\/discord\/interactions/],
    ['by the gateway, when it is empty', GATEWAY, null, /URL is empty, as the gateway needs it/],
    ['by the gateway, when it is set', GATEWAY, 'bot', /URL is http:\S+, so no command comes by the gateway: empty it/],
  ])('says how the interactions endpoint must be %s', async (_, env, endpoint, advice) => {
    if (endpoint === null) world.discord.setInteractionsUrl(null);
    const { code, out } = await register(env);
    expect(code).toBe(0);
    expect(out).toMatch(advice);
    expect(out.match(/interactions endpoint URL/g)).toHaveLength(1);
  });

  it("prints Slack's manifest for the way that is configured", async () => {
    const http = manifestIn((await register()).out);
    expect(http.settings).toMatchObject({ socket_mode_enabled: false });
    expect(http.features.slash_commands[0].url).toBe(`${world.env.BASE_URL}/slack/events`);
    expect(manifestIn((await register({}, '--slack', 'socket')).out).settings.socket_mode_enabled).toBe(true);
    const { out } = await register({ SLACK_APP_TOKEN: 'xapp-1', SLACK_COMMAND_PREFIX: 'ai-' });
    const link = new URL(/https:\/\/api\.slack\.com\/apps\?\S+/.exec(out)?.[0] ?? '');
    expect(link.searchParams.get('new_app')).toBe('1');
    expect(JSON.parse(link.searchParams.get('manifest_json') ?? '')).toEqual(manifestIn(out));
    const socket = manifestIn(out);
    expect(socket.settings).toMatchObject({ socket_mode_enabled: true });
    expect(JSON.stringify(socket)).not.toContain('http');
    expect(socket.features.slash_commands.map(({ command }: { command: string }) => command)).toEqual(
      commandNames().map((name) => `/ai-${name}`),
    );
  });

  it('prints the manifest before there is a Slack app, and asks nothing of a Discord that is not configured', async () => {
    const before = await register({ SLACK_BOT_TOKEN: '', SLACK_SIGNING_SECRET: '' });
    expect(before.out).toContain('Slack: It is not configured yet.');
    expect(manifestIn(before.out).settings.socket_mode_enabled).toBe(true);
    const calls = world.discord.store.calls.length;
    const discordless = { DISCORD_TOKEN: '', DISCORD_APPLICATION_ID: '', DISCORD_PUBLIC_KEY: '' };
    const slackOnly = await register(discordless);
    expect([slackOnly.code, slackOnly.out.includes('Discord:')]).toEqual([0, false]);
    expect(world.discord.store.calls).toHaveLength(calls);
  });

  it.each([
    ['a wrong token', { DISCORD_TOKEN: 'not.the-right.token' }, /does not accept the bot's token/],
    [
      'an id of another application',
      { DISCORD_APPLICATION_ID: '123456789012345678' },
      /expected a token of application 1234/,
    ],
    ['a Discord that is not there', { DISCORD_API_URL: 'http://127.0.0.1:9/api' }, /Discord was not reached/],
    ['a configuration with a problem', { PORT: 'eighty' }, /PORT: expected a whole number/],
  ])('exits 1 for %s with a plain sentence and no secret', async (_, changes, why) => {
    const { code, out, err } = await register(changes);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(why);
    expect(err).not.toMatch(/\n\s+at |node:internal/);
    for (const [name, value] of Object.entries({ ...world.env, ...changes })) {
      if (/KEY|SECRET|TOKEN/.test(name)) expect(err).not.toContain(value);
    }
    expect(puts()).toBe(0);
  });
});
