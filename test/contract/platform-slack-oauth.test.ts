import { Keyv } from 'keyv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInstallationStore } from '../../src/platform/slack/installation-store.ts';
import { createSlackStage, type SlackStage } from './platform-slack-stage.ts';

let stage: SlackStage;
let keyv: Keyv;
let now: number;

beforeEach(async () => {
  now = Date.now();
  keyv = new Keyv();
  stage = await createSlackStage({
    now: () => now,
    clock: () => now,
    auth: (slack) => ({
      clientId: slack.settings.clientId,
      clientSecret: slack.settings.clientSecret,
      stateSecret: 'state-secret',
      installations: createInstallationStore(keyv, () => now),
    }),
  });
  stage.slack.installChoice.userId = 'U0BOSS';
});
afterEach(() => stage.close());

/** What a browser does: from the install page to Slack and back, with its cookie. */
async function installByBrowser(teamId: string, keepCookie = true): Promise<Response> {
  stage.slack.installChoice.teamId = teamId;
  const begin = await fetch(`${stage.bot.url}/slack/install`, { redirect: 'manual' });
  expect(begin.status).toBe(302);
  const cookie = keepCookie ? (begin.headers.get('set-cookie')?.split(';')[0] ?? '') : '';
  const consent = await fetch(begin.headers.get('location') ?? '', { redirect: 'manual' });
  return fetch(consent.headers.get('location') ?? '', { headers: { cookie }, redirect: 'manual' });
}

function member(team: string, id: string) {
  stage.slack.team(team, { name: team });
  return stage.slack.user(id, { team });
}

describe('many workspaces', () => {
  it('install by the browser, and each is answered with its own token', async () => {
    const people = [member('T0ONE', 'U0ONE'), member('T0TWO', 'U0TWO')];
    for (const team of ['T0ONE', 'T0TWO']) expect((await installByBrowser(team)).status).toBe(200);
    for (const person of people) {
      const seen = await person.command('/help').waitFor((message) => message.text === 'done');
      expect(seen.direct).toBe(true);
    }
    const notice = { id: 'n-1', reply: { text: 'credits' } };
    for (const [workspace, user] of [
      ['T0ONE', 'U0ONE'],
      ['T0TWO', 'U0TWO'],
    ] as const) {
      expect(await stage.platform.messenger.direct({ platform: 'slack', workspace, user }, notice, false)).toBe('sent');
    }
  });

  it('asks for the scopes that the code uses, and comes back to this app', async () => {
    const begin = await fetch(`${stage.bot.url}/slack/install`, { redirect: 'manual' });
    const url = new URL(begin.headers.get('location') ?? '');
    expect(url.origin).toBe(stage.slack.url);
    expect(url.searchParams.get('scope')).toBe('commands,chat:write,app_mentions:read,im:write,im:history');
    expect(url.searchParams.get('redirect_uri')).toBe(`${stage.bot.url}/slack/oauth_redirect`);
  });

  it('refuses an install of another browser, a cancelled one and one without a code, without a stack trace', async () => {
    member('T0ONE', 'U0ONE');
    const forged = await installByBrowser('T0ONE', false);
    stage.slack.installChoice.decision = 'deny';
    const cancelled = await installByBrowser('T0ONE');
    const empty = await fetch(`${stage.bot.url}/slack/oauth_redirect`);
    for (const answer of [forged, cancelled, empty]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(await answer.text()).not.toMatch(/\bat .*:\d+:\d+/);
    }
    expect(await keyv.get('installation:T0ONE')).toBeUndefined();
  });

  it('answers by response_url where the installation is gone', async () => {
    const alice = member('T0SIMTEAM', 'U0ALICE');
    const asked = alice.command('/help', '', { channel: 'C0GENERAL' });
    expect(await asked.acknowledged).toMatchObject({ status: 200 });
    expect((await asked.waitFor((message) => message.text === 'done')).ephemeral).toBe(true);
    const to = { platform: 'slack', workspace: 'T0SIMTEAM', user: 'U0ALICE' } as const;
    const sent = stage.platform.messenger.direct(to, { id: 'n', reply: { text: 'x' } }, false);
    await expect(sent).rejects.toMatchObject({ fault: 'refused' });
  });

  it('finds the way to a member of an organisation by one of its workspaces', async () => {
    stage.slack.team('T0GRID', { enterpriseId: 'E0ORG' });
    stage.slack.user('U0GRID', { team: 'T0GRID' });
    await installByBrowser('T0GRID');
    const to = { platform: 'slack', workspace: 'E0ORG', user: 'U0GRID' } as const;
    expect(await stage.platform.messenger.direct(to, { id: 'n', reply: { text: 'credits' } }, false)).toBe('sent');
  });

  it('forgets a workspace that removes the app, and not one that installed it again since', async () => {
    member('T0ONE', 'U0ONE');
    await installByBrowser('T0ONE');
    now += 5_000;
    await stage.slack.events.send('T0ONE', 'tokens_revoked', { type: 'tokens_revoked', tokens: { oauth: ['U1'] } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await keyv.get('installation:T0ONE')).toBeDefined();
    await stage.slack.uninstall('T0ONE');
    await expect.poll(() => keyv.get('installation:T0ONE')).toBeUndefined();

    await installByBrowser('T0ONE');
    now -= 60_000;
    await stage.slack.events.send('T0ONE', 'app_uninstalled', { type: 'app_uninstalled' });
    now += 60_000;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await keyv.get('installation:T0ONE')).toBeDefined();
  });

  it('reports that Slack is there without any token', async () => {
    await stage.platform.check();
  });
});
