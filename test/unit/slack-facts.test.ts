import type { BlockAction } from '@slack/bolt';
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { Keyv } from 'keyv';
import { describe, expect, it } from 'vitest';
import { createEditBudget } from '../../src/platform/slack/edit-budget.ts';
import { createInstallationStore, NotInstalledError } from '../../src/platform/slack/installation-store.ts';
import { slackManifest } from '../../src/platform/slack/manifest.ts';
import { fromHandle, type MessagePlace, toHandle } from '../../src/platform/slack/message-place.ts';
import { slackCode, toPlatformError } from '../../src/platform/slack/slack-errors.ts';
import { readPress } from '../../src/platform/slack/turn.ts';

describe('an error of the Web API', () => {
  const platform = (error: string) => new WebAPIPlatformError({ ok: false, error });
  const network = (code: string) =>
    new WebAPIRequestError(new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) }));
  const faults: [Error, string][] = [
    [platform('not_in_channel'), 'refused'],
    [platform('messages_tab_disabled'), 'refused'],
    [platform('an_error_of_tomorrow'), 'refused'],
    [platform('ratelimited'), 'rate_limited'],
    [platform('fatal_error'), 'unanswered'],
    [platform('service_unavailable'), 'unavailable'],
    [platform('<html>Oops</html>'), 'unanswered'],
    [new WebAPIRateLimitedError(30), 'rate_limited'],
    [new WebAPIHTTPError(503, '', {}), 'unavailable'],
    [new WebAPIHTTPError(502, '', {}), 'unanswered'],
    [new WebAPIHTTPError(404, '', {}), 'refused'],
    [network('ECONNREFUSED'), 'unavailable'],
    [network('ECONNRESET'), 'unanswered'],
    [new WebAPIRequestError(new DOMException('timed out', 'TimeoutError')), 'unanswered'],
    [new TypeError('terminated'), 'unanswered'],
  ];
  it.each(faults)('%s means %s', (error, fault) => {
    expect(toPlatformError(error, 'chat.update')).toMatchObject({ fault, cause: error });
  });

  it("keeps Slack's code and its wish to wait, and never an answer that is no code", () => {
    expect(slackCode(toPlatformError(platform('is_archived'), 'chat.update'))).toBe('is_archived');
    expect(toPlatformError(new WebAPIRateLimitedError(30), 'x').retryAfterMs).toBe(30_000);
    expect(toPlatformError(platform('<html>secret</html>'), 'x').message).not.toContain('secret');
  });
});

describe('the shared edits of a workspace', () => {
  it('leave a rest of the fifty a minute for final ones, and come back after a minute', () => {
    let now = 0;
    const budget = createEditBudget(() => now);
    for (let edit = 0; edit < 40; edit += 1) {
      expect(budget.hasRoom('T1')).toBe(true);
      budget.note('T1');
      now += 100;
    }
    expect(budget.hasRoom('T1')).toBe(false);
    expect(budget.hasRoom('T2')).toBe(true);
    now = 60_000;
    expect(budget.hasRoom('T1')).toBe(true);
    budget.note('T1');
    expect(budget.hasRoom('T1')).toBe(false);
  });
});

describe('the handle of a message', () => {
  it('comes back from storage as it was', () => {
    const source = { teamId: 'T1', enterpriseId: null, isEnterpriseInstall: false };
    const places: MessagePlace[] = [
      { kind: 'message', source, user: 'U1', channel: 'C1', ts: '1.2', threadTs: null },
      {
        kind: 'message',
        source: { ...source, enterpriseId: 'E1', isEnterpriseInstall: true },
        user: 'U1',
        channel: 'C1',
        ts: '1.2',
        threadTs: '1.1',
      },
      { kind: 'url', source, user: 'U1', url: 'https://hooks.test/x', expiresAt: 5, visibility: 'public' },
    ];
    for (const place of places) expect(fromHandle(JSON.parse(JSON.stringify(toHandle(place))))).toEqual(place);
    expect(() => fromHandle({ platform: 'discord', place: { channel: '1' } })).toThrow(
      /expected the handle of a Slack message/,
    );
  });
});

describe('a press', () => {
  const press = (facts: Partial<BlockAction>) =>
    readPress({
      type: 'block_actions',
      actions: [],
      team: { id: 'T1', domain: 'acme' },
      user: { id: 'U1', username: 'u', team_id: 'T1' },
      token: '',
      response_url: '',
      trigger_id: '1.2',
      api_app_id: 'A1',
      container: {},
      ...facts,
    });

  it('belongs to the organisation, else to the team of the person', () => {
    expect(press({}).turn.by.workspace).toBe('T1');
    expect(press({ user: { id: 'U1', username: 'u', team_id: 'T2' } }).turn.by.workspace).toBe('T2');
    expect(press({ enterprise: { id: 'E1', name: 'Org' } }).turn.by.workspace).toBe('E1');
    expect(press({ team: { id: 'T1', domain: 'acme', enterprise_id: 'E1' } }).turn.by.workspace).toBe('E1');
    const wide = press({ team: null, enterprise: { id: 'E1', name: 'Org' }, is_enterprise_install: true });
    expect(wide.source).toEqual({ teamId: 'T1', enterpriseId: 'E1', isEnterpriseInstall: true });
  });

  it('is answered in its thread and without a response_url where it has none', () => {
    const inThread = press({ channel: { id: 'C1', name: 'c' }, container: { thread_ts: '1.0' } });
    expect(inThread).toMatchObject({ channel: 'C1', threadTs: '1.0', responseUrl: null });
  });
});

describe('the store of installations', () => {
  const bot = { token: 'xoxb-1', scopes: [], id: 'B1', userId: 'U1' };
  const installation = (team: string | undefined, enterprise?: string) => ({
    team: team === undefined ? undefined : { id: team },
    enterprise: enterprise === undefined ? undefined : { id: enterprise },
    user: { token: undefined, scopes: undefined, id: 'U1' },
    bot,
    isEnterpriseInstall: team === undefined,
  });
  const query = (teamId: string | undefined, enterpriseId?: string) => ({
    teamId,
    enterpriseId,
    isEnterpriseInstall: teamId === undefined,
  });

  it("keeps a team apart from another, and serves a team by its organisation's installation", async () => {
    const store = createInstallationStore(new Keyv(), () => 0);
    await store.storeInstallation(installation('T1'));
    await store.storeInstallation(installation(undefined, 'E1'));
    expect(await store.fetchInstallation(query('T1'))).toMatchObject({ team: { id: 'T1' } });
    expect(await store.fetchInstallation(query('T9', 'E1'))).toMatchObject({ enterprise: { id: 'E1' } });
    await expect(store.fetchInstallation(query('T9'))).rejects.toThrow(NotInstalledError);
    await expect(store.storeInstallation({ ...installation('T1'), team: undefined })).rejects.toThrow(/neither/);
  });

  it('deletes an installation once it is gone, and not a newer one', async () => {
    let now = 1_000;
    const store = createInstallationStore(new Keyv(), () => now);
    await store.storeInstallation(installation('T1', 'E1'));
    await store.storeInstallation(installation('T2', 'E1'));
    expect(await store.teamsOf('E1')).toEqual(['T1', 'T2']);
    await store.deleteOlder(query('T1', 'E1') as never, 999);
    expect(await store.teamsOf('E1')).toEqual(['T1', 'T2']);
    now = 2_000;
    await store.deleteOlder(query('T1', 'E1') as never, 1_500);
    expect(await store.teamsOf('E1')).toEqual(['T2']);
    await store.deleteInstallation(query('T2', 'E1'));
    expect(await store.teamsOf('E1')).toEqual([]);
    await expect(store.fetchInstallation(query('T2'))).rejects.toThrow(NotInstalledError);
  });
});

describe('the manifest', () => {
  const specs = [
    {
      name: 'subscribe',
      description: 'Choose a plan',
      options: [
        {
          name: 'plan',
          description: 'Which',
          type: 'string' as const,
          required: true,
          choices: [
            { name: 'Starter', value: 'starter' },
            { name: 'Pro', value: 'pro' },
          ],
        },
      ],
    },
    {
      name: 'topup',
      description: 'Buy',
      options: [{ name: 'packs', description: '', type: 'integer' as const, required: false }],
    },
    { name: 'help', description: 'Help', options: [] },
  ];
  const facts = { brandName: 'Neural API', baseUrl: 'https://bot.test', prefix: 'n-', transport: 'http' as const };
  const manifest = slackManifest(specs, facts);

  it('names every command with its prefix, hint and address', () => {
    const url = 'https://bot.test/slack/events';
    expect(manifest.features?.slash_commands).toEqual([
      {
        command: '/n-subscribe',
        description: 'Choose a plan',
        url,
        should_escape: false,
        usage_hint: '<starter | pro>',
      },
      { command: '/n-topup', description: 'Buy', url, should_escape: false, usage_hint: '[packs]' },
      { command: '/n-help', description: 'Help', url, should_escape: false },
    ]);
    expect(manifest.settings?.interactivity).toEqual({ is_enabled: true, request_url: url });
  });

  it('asks for no more than the code uses, and tells when the app is removed', () => {
    expect(manifest.oauth_config?.scopes).toEqual({
      bot: ['commands', 'chat:write', 'app_mentions:read', 'im:write', 'im:history'],
    });
    expect(manifest.oauth_config?.redirect_urls).toEqual(['https://bot.test/slack/oauth_redirect']);
    expect(manifest.settings?.event_subscriptions?.bot_events).toEqual([
      'app_mention',
      'message.im',
      'app_uninstalled',
      'tokens_revoked',
    ]);
    expect(manifest.features?.app_home?.messages_tab_enabled).toBe(true);
  });

  it('names no address for Socket Mode, and asks for the same', () => {
    const socket = slackManifest(specs, { ...facts, baseUrl: 'http://localhost:3000', transport: 'socket' });
    expect(JSON.stringify(socket)).not.toMatch(/https?:/);
    expect(socket.settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
    expect(socket.settings?.event_subscriptions?.bot_events).toEqual(
      manifest.settings?.event_subscriptions?.bot_events,
    );
    expect(socket.oauth_config?.scopes).toEqual(manifest.oauth_config?.scopes);
    expect(manifest.settings?.socket_mode_enabled).toBe(false);
    const many = slackManifest(specs, { ...facts, transport: 'socket' });
    expect(many.oauth_config?.redirect_urls).toEqual(['https://bot.test/slack/oauth_redirect']);
  });

  it('keeps to the names that Slack allows', () => {
    const long = slackManifest([], { ...facts, brandName: `  ${'Ä Brand! '.repeat(20)}` });
    expect(long.display_information.name.length).toBeLessThanOrEqual(35);
    expect(long.features?.bot_user?.display_name).toMatch(/^[a-z0-9._-]{1,80}$/);
    const strange = slackManifest([], { ...facts, brandName: '東京' });
    expect(strange.features?.bot_user?.display_name).toBe('tallybot');
  });
});
