import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError, WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackSimulator, type SlackSimulator } from '../../../src/sandbox/slack/simulator.ts';
import { clientOptions, createClient, refusal } from './bot.ts';

let slack: SlackSimulator;
let clock: number;
beforeEach(async () => {
  clock = 1_790_000_000_000;
  slack = await createSlackSimulator({ now: () => clock });
});
afterEach(() => slack.close());

const CHANNEL = 'C0GENERAL';

describe('a token', () => {
  it('must be there, be known, be alive and have the scope', async () => {
    const missing = await fetch(`${slack.url}/api/auth.test`, { method: 'POST' });
    expect(await missing.json()).toEqual({ ok: false, error: 'not_authed' });
    expect(await refusal(createClient(slack, 'xoxb-guessed').auth.test())).toBe('invalid_auth');
    const old = slack.installApp('T0SIMTEAM', { scopes: ['commands'] });
    const narrow = createClient(slack, old.token);
    await expect(narrow.chat.postMessage({ channel: CHANNEL, text: 'x' })).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'chat:write', provided: 'commands' },
    });
    old.active = false;
    expect(await refusal(narrow.auth.test())).toBe('account_inactive');
    const identity = await createClient(slack).auth.test();
    expect(identity.response_metadata?.scopes).toContain('chat:write');
  });
});

describe('what the simulator does not have', () => {
  it('answers unknown_method, and is recorded as unexpected', async () => {
    expect(await refusal(createClient(slack).apiCall('reminders.add', { text: 'x' }))).toBe('unknown_method');
    expect(slack.store.requests.filter((request) => request.unexpected)).toMatchObject([
      { method: 'reminders.add', error: 'unknown_method' },
    ]);
  });

  it('answers 501 to an unknown route', async () => {
    const response = await fetch(`${slack.url}/nowhere`);
    expect(response.status).toBe(501);
    expect(slack.store.requests.at(-1)).toMatchObject({ method: 'GET /nowhere', unexpected: true });
  });

  it('answers invalid_json to a body that is not JSON', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${slack.url}/api/auth.test`, { method: 'POST', headers, body: '{' });
    expect(await response.json()).toEqual({ ok: false, error: 'invalid_json' });
  });
});

describe('rate limits', () => {
  it('let chat.postMessage burst and then go about once a second in each channel', async () => {
    slack.channel('C0OTHER');
    const client = createClient(slack);
    const post = (channel: string) => client.chat.postMessage({ channel, text: 'x' });
    for (let n = 0; n < 5; n += 1) await post(CHANNEL);
    const refused = await post(CHANNEL).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WebAPIRateLimitedError);
    expect(refused).toMatchObject({ retryAfter: 5 });
    expect(await refusal(post('C0OTHER'))).toBe('accepted');
    clock += 5000;
    expect(await refusal(post(CHANNEL))).toBe('accepted');
  });

  it('are per method and workspace: fifty a minute for a method of tier 3', async () => {
    slack.team('T0TWO');
    const other = slack.installApp('T0TWO');
    const client = createClient(slack);
    const info = () => client.conversations.info({ channel: CHANNEL });
    for (let n = 0; n < 50; n += 1) await info();
    clock += 20_000;
    await expect(info()).rejects.toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 40 });
    expect(await refusal(createClient(slack, other.token).conversations.info({ channel: CHANNEL }))).toBe(
      'channel_not_found',
    );
    slack.rateLimits.mode = 'off';
    expect(await refusal(info())).toBe('accepted');
  });
});

describe('faults', () => {
  const post = (client: WebClient) => client.chat.postMessage({ channel: CHANNEL, text: 'x' });

  it('raise each error class of the client', async () => {
    const client = createClient(slack);
    slack.faults.next({ method: 'chat.postMessage', error: 'internal_error' });
    slack.faults.next({ status: 503 });
    slack.faults.next({ close: true });
    slack.faults.next({ retryAfter: 7 });
    expect(await refusal(post(client))).toBe('internal_error');
    await expect(post(client)).rejects.toBeInstanceOf(WebAPIHTTPError);
    await expect(post(client)).rejects.toBeInstanceOf(WebAPIRequestError);
    await expect(post(client)).rejects.toMatchObject({ retryAfter: 7 });
    expect(slack.store.messages).toEqual([]);
    expect(await refusal(post(client))).toBe('accepted');
  });

  it('can hang until the client gives up, only for the method named', async () => {
    slack.faults.next({ method: 'chat.postMessage', hang: true });
    const impatient = new WebClient(slack.settings.botToken, { ...clientOptions(slack), timeout: 50 });
    expect(await refusal(impatient.auth.test())).toBe('accepted');
    await expect(post(impatient)).rejects.toBeInstanceOf(WebAPIRequestError);
  });

  it('can lose the answer of a call that was performed', async () => {
    slack.faults.next({ method: 'chat.postMessage', close: true, performed: true });
    await expect(post(createClient(slack))).rejects.toBeInstanceOf(WebAPIRequestError);
    expect(slack.store.messages).toHaveLength(1);
  });

  it('can be an outage of everything', async () => {
    slack.faults.outage = 'error';
    await expect(createClient(slack).auth.test()).rejects.toMatchObject({ statusCode: 503 });
    slack.faults.outage = 'close';
    await expect(createClient(slack).auth.test()).rejects.toBeInstanceOf(WebAPIRequestError);
    slack.faults.outage = 'off';
    expect(await refusal(createClient(slack).auth.test())).toBe('accepted');
  });
});

describe('reset', () => {
  it('forgets what happened and leaves the same team, token and channel', async () => {
    const before = await createClient(slack).auth.test();
    slack.user('U0ADA');
    await createClient(slack).chat.postMessage({ channel: 'U0ADA', text: 'x' });
    slack.faults.outage = 'error';
    slack.reset();
    expect(slack.dms('U0ADA')).toEqual([]);
    expect(slack.store.requests).toEqual([]);
    const { user_id } = await createClient(slack).auth.test();
    expect(user_id).toBe(before.user_id);
  });
});
