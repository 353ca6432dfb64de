import { App, ExpressReceiver, type Installation, LogLevel } from '@slack/bolt';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startHttpServer } from '../../../src/sandbox/http-server.ts';
import { createSlackSimulator, type SlackSimulator } from '../../../src/sandbox/slack/simulator.ts';
import { clientOptions, createClient, refusal, silent } from './bot.ts';

let slack: SlackSimulator;
let bot: RunningServer;
let app: App;
let clock: number;
const installations = new Map<string, Installation>();

beforeEach(async () => {
  clock = Date.now();
  installations.clear();
  slack = await createSlackSimulator({ rateLimits: 'off', now: () => clock });
  const host = express();
  const receiver = new ExpressReceiver({
    signingSecret: slack.settings.signingSecret,
    clientId: slack.settings.clientId,
    clientSecret: slack.settings.clientSecret,
    stateSecret: 'state-secret',
    scopes: ['chat:write', 'commands'],
    app: host,
    endpoints: '/slack/events',
    logger: silent,
    logLevel: LogLevel.ERROR,
    installationStore: {
      storeInstallation: async (installation) => {
        installations.set(installation.team?.id ?? '', installation);
      },
      fetchInstallation: async ({ teamId }) => {
        const found = installations.get(teamId ?? '');
        if (!found) throw new Error(`no installation of ${teamId}`);
        return found;
      },
    },
    installerOptions: {
      directInstall: true,
      authorizationUrl: `${slack.url}/oauth/v2/authorize`,
      clientOptions: clientOptions(slack),
    },
  });
  app = new App({ receiver, logger: silent, clientOptions: clientOptions(slack) });
  bot = await startHttpServer(host);
  slack.eventsUrl = `${bot.url}/slack/events`;
  slack.installChoice.redirectUrl = `${bot.url}/slack/oauth_redirect`;
});
afterEach(async () => {
  await bot.close();
  await slack.close();
});

/** What a browser does: follows the install page to Slack and back, with its cookie. */
async function installByBrowser(): Promise<Response> {
  const begin = await fetch(`${bot.url}/slack/install`, { redirect: 'manual' });
  const cookie = begin.headers.get('set-cookie')?.split(';')[0] ?? '';
  const consent = await fetch(begin.headers.get('location') ?? '', { redirect: 'manual' });
  return fetch(consent.headers.get('location') ?? '', { headers: { cookie }, redirect: 'manual' });
}

describe('an install through the InstallProvider of Bolt', () => {
  it('ends with a bot token of that team, by which its commands are answered', async () => {
    slack.team('T0NEW', { name: 'Newcomers' });
    slack.installChoice.teamId = 'T0NEW';
    slack.installChoice.userId = 'U0BOSS';
    expect((await installByBrowser()).status).toBe(200);
    const installed = installations.get('T0NEW');
    expect(installed).toMatchObject({
      team: { id: 'T0NEW', name: 'Newcomers' },
      bot: { scopes: ['chat:write', 'commands'] },
      user: { id: 'U0BOSS' },
      isEnterpriseInstall: false,
    });
    const identity = await createClient(slack, installed?.bot?.token).auth.test();
    expect(identity).toMatchObject({ team_id: 'T0NEW', user_id: installed?.bot?.userId, bot_id: installed?.bot?.id });

    app.command('/ask', async ({ ack, client, command }) => {
      await ack();
      await client.chat.postMessage({ channel: command.user_id, text: `hello ${command.team_id}` });
    });
    const eve = slack.user('U0EVE', { team: 'T0NEW' });
    await eve.command('/ask').waitFor((message) => message.text === 'hello T0NEW');
  });

  it('installs nothing when the person says no', async () => {
    slack.installChoice.decision = 'deny';
    expect((await installByBrowser()).status).toBe(500);
    expect(installations.size).toBe(0);
  });

  it('is refused by the authorize page for another app, no scope, or nowhere to go back to', async () => {
    const page = async (query: string) => {
      const response = await fetch(`${slack.url}/oauth/v2/authorize?${query}`, { redirect: 'manual' });
      return [response.status, (await response.text()).split(': ')[1]];
    };
    const id = slack.settings.clientId;
    expect(await page('client_id=other&scope=commands')).toEqual([400, 'invalid_client_id']);
    expect(await page(`client_id=${id}`)).toEqual([400, 'invalid_scope']);
    expect(await page(`client_id=${id}&scope=commands&team=T0NONE`)).toEqual([
      400,
      'invalid_team_for_non_distributed_app',
    ]);
    expect(await page(`client_id=${id}&scope=commands&redirect_uri=nowhere`)).toEqual([400, 'bad_redirect_uri']);
  });
});

describe('oauth.v2.access', () => {
  async function code(redirectUri = `${bot.url}/back`): Promise<string> {
    const query = new URLSearchParams({
      client_id: slack.settings.clientId,
      scope: 'commands',
      redirect_uri: redirectUri,
      state: 's1',
    });
    const response = await fetch(`${slack.url}/oauth/v2/authorize?${query}`, { redirect: 'manual' });
    const back = new URL(response.headers.get('location') ?? '');
    expect(back.searchParams.get('state')).toBe('s1');
    return back.searchParams.get('code') ?? '';
  }

  it('takes each code once, for ten minutes, with the same redirect_uri and the right secret', async () => {
    const { oauth } = createClient(slack, undefined);
    const { clientId: client_id, clientSecret: client_secret } = slack.settings;
    const redirect_uri = `${bot.url}/back`;
    const access = (change: object) => refusal(oauth.v2.access({ client_id, client_secret, redirect_uri, ...change }));
    const first = await code();
    expect(await access({ code: first, client_secret: 'wrong' })).toBe('bad_client_secret');
    expect(await access({ code: first, client_id: 'wrong' })).toBe('invalid_client_id');
    expect(await access({ code: first, redirect_uri: 'http://other.example' })).toBe('bad_redirect_uri');
    expect(await access({ code: first })).toBe('accepted');
    expect(await access({ code: first })).toBe('code_already_used');
    expect(await access({ code: 'guessed' })).toBe('invalid_code');
    const late = await code();
    clock += 600_001;
    expect(await access({ code: late })).toBe('invalid_code');
  });
});
