import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackSimulator, type SlackSimulator } from '../../../src/sandbox/slack/simulator.ts';
import { createClient, refusal } from './bot.ts';

let slack: SlackSimulator;
beforeEach(async () => {
  slack = await createSlackSimulator({ rateLimits: 'off' });
});
afterEach(() => slack.close());

describe('conversations.open', () => {
  it('gives one direct conversation per person, the same every time', async () => {
    slack.user('U0ADA');
    const client = createClient(slack);
    const first = await client.conversations.open({ users: 'U0ADA' });
    const again = await client.conversations.open({ users: 'U0ADA' });
    expect(first.channel?.id).toMatch(/^D/);
    expect(again).toMatchObject({ already_open: true, channel: { id: first.channel?.id } });
    await client.chat.postMessage({ channel: first.channel?.id ?? '', text: 'by conversation' });
    await client.chat.postMessage({ channel: 'U0ADA', text: 'by person' });
    expect(slack.dms('U0ADA').map((message) => message.text)).toEqual(['by conversation', 'by person']);
  });

  it('refuses unknown and deactivated people, and bots', async () => {
    slack.user('U0GONE', { deactivated: true });
    const client = createClient(slack);
    const bot = (await client.auth.test()).user_id ?? '';
    expect(await refusal(client.conversations.open({ users: 'U0GONE' }))).toBe('user_disabled');
    expect(await refusal(client.conversations.open({ users: 'U0NOBODY' }))).toBe('user_not_found');
    expect(await refusal(client.conversations.open({ users: bot }))).toBe('cannot_dm_bot');
    expect(await refusal(client.apiCall('conversations.open', {}))).toBe('users_list_not_supplied');
  });
});

describe('closed direct messages', () => {
  it('refuse chat.postMessage with messages_tab_disabled, until they are opened', async () => {
    const ada = slack.user('U0ADA', { dms: 'closed' });
    const client = createClient(slack);
    const { channel } = await client.conversations.open({ users: 'U0ADA' });
    expect(await refusal(client.chat.postMessage({ channel: channel?.id ?? '', text: 'x' }))).toBe(
      'messages_tab_disabled',
    );
    expect(await refusal(client.chat.postMessage({ channel: 'U0ADA', text: 'x' }))).toBe('messages_tab_disabled');
    expect(() => ada.dm('hello')).toThrow(/closed/);
    ada.profile.dms = 'open';
    expect(await refusal(client.chat.postMessage({ channel: 'U0ADA', text: 'x' }))).toBe('accepted');
    expect(slack.dms('U0ADA')).toHaveLength(1);
  });
});

describe('conversations.history', () => {
  it('is newest first, in pages, with metadata on request and replies left out', async () => {
    slack.user('U0ADA');
    const client = createClient(slack);
    const metadata = { event_type: 'notice', event_payload: { id: 'n1' } };
    const one = await client.chat.postMessage({ channel: 'U0ADA', text: 'one', metadata });
    const channel = one.channel ?? '';
    await client.chat.postMessage({ channel, text: 'reply', thread_ts: one.ts ?? '' });
    await client.chat.postMessage({ channel, text: 'two' });
    const all = await client.conversations.history({ channel, include_all_metadata: true });
    expect(all.messages?.map((message) => message.text)).toEqual(['two', 'one']);
    expect(all.messages?.[1]?.metadata).toEqual(metadata);
    const page = await client.conversations.history({ channel, limit: 1 });
    expect(page).toMatchObject({ has_more: true, messages: [{ text: 'two' }] });
    const cursor = page.response_metadata?.next_cursor ?? '';
    const next = await client.conversations.history({ channel, limit: 1, cursor });
    expect(next).toMatchObject({ has_more: false, messages: [{ text: 'one' }] });
    expect(next.messages?.[0]?.metadata).toBeUndefined();
    const later = await client.conversations.history({ channel, oldest: one.ts ?? '' });
    expect(later.messages?.map((message) => message.text)).toEqual(['two']);
    const from = await client.conversations.history({ channel, oldest: one.ts ?? '', inclusive: true });
    expect(from.messages?.map((message) => message.text)).toEqual(['two', 'one']);
  });

  it('is only for channels with the bot in them, and only with the scope', async () => {
    slack.channel('C0OPEN', { botMember: false });
    slack.channel('C0HIDDEN', { botMember: false, private: true });
    const client = createClient(slack);
    expect(await refusal(client.conversations.history({ channel: 'C0OPEN' }))).toBe('not_in_channel');
    expect(await refusal(client.conversations.history({ channel: 'C0HIDDEN' }))).toBe('channel_not_found');
    slack.installApp('T0SIMTEAM', { token: 'xoxb-dm-only', scopes: ['im:history'] });
    const narrow = createClient(slack, 'xoxb-dm-only');
    expect(await refusal(narrow.conversations.history({ channel: 'C0GENERAL' }))).toBe('missing_scope');
  });

  it('gives an app that is sold outside the Marketplace fifteen messages, once a minute', async () => {
    let clock = 1_790_000_000_000;
    const sold = await createSlackSimulator({ distribution: 'commercial', now: () => clock });
    try {
      const client = createClient(sold);
      sold.rateLimits.mode = 'off';
      for (let n = 0; n < 16; n += 1) await client.chat.postMessage({ channel: 'C0GENERAL', text: `${n}` });
      sold.rateLimits.mode = 'real';
      const page = await client.conversations.history({ channel: 'C0GENERAL', limit: 100 });
      expect(page.messages).toHaveLength(15);
      const again = client.conversations.history({ channel: 'C0GENERAL' });
      await expect(again).rejects.toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 60 });
      clock += 60_000;
      expect(await refusal(client.conversations.history({ channel: 'C0GENERAL' }))).toBe('accepted');
    } finally {
      await sold.close();
    }
  });
});

describe('conversations.replies', () => {
  it('gives a thread from its first message on, oldest first, and of a range the first message too', async () => {
    const client = createClient(slack);
    const post = async (text: string, thread: { thread_ts?: string } = {}) =>
      (await client.chat.postMessage({ channel: 'C0GENERAL', text, ...thread })).ts ?? '';
    const parent = await post('parent');
    await post('elsewhere');
    await post('one', { thread_ts: parent });
    const two = await post('two', { thread_ts: parent });
    const read = async (range: { oldest?: string; latest?: string; inclusive?: boolean; limit?: number }) => {
      const { messages } = await client.conversations.replies({ channel: 'C0GENERAL', ts: parent, ...range });
      return messages?.map((message) => message.text);
    };
    expect(await read({})).toEqual(['parent', 'one', 'two']);
    const single = { oldest: two, latest: two, inclusive: true };
    expect(await read({ ...single, limit: 2 })).toEqual(['parent', 'two']);
    expect(await read({ ...single, limit: 1 })).toEqual(['parent']);
    expect(await refusal(client.conversations.replies({ channel: 'C0GENERAL', ts: '1.0' }))).toBe('thread_not_found');
    slack.installApp('T0SIMTEAM', { token: 'xoxb-dm-only', scopes: ['im:history'] });
    const narrow = createClient(slack, 'xoxb-dm-only');
    expect(await refusal(narrow.conversations.replies({ channel: 'C0GENERAL', ts: parent }))).toBe('missing_scope');
  });
});

describe('conversations.info and users.info', () => {
  it('tell what kind of conversation it is and whether the bot is in it', async () => {
    slack.user('U0ADA');
    slack.channel('C0OPEN', { name: 'open', botMember: false });
    slack.channel('C0HIDDEN', { botMember: false, private: true });
    const client = createClient(slack);
    const info = async (channel: string) => (await client.conversations.info({ channel })).channel;
    expect(await info('C0OPEN')).toMatchObject({ name: 'open', is_channel: true, is_private: false, is_member: false });
    expect(await info('C0GENERAL')).toMatchObject({ is_member: true });
    const { channel } = await client.conversations.open({ users: 'U0ADA' });
    expect(await info(channel?.id ?? '')).toMatchObject({ is_im: true, user: 'U0ADA' });
    expect(await refusal(client.conversations.info({ channel: 'C0HIDDEN' }))).toBe('channel_not_found');
  });

  it('tell who a person is, in the same organisation too, and nobody of another team', async () => {
    slack.team('T0A', { name: 'Big A', enterpriseId: 'E0BIG' });
    slack.team('T0B', { name: 'Big B', enterpriseId: 'E0BIG' });
    slack.installApp('T0A', { token: 'xoxb-a' });
    slack.user('U0EVE', { team: 'T0B', name: 'eve', locale: 'de-DE' });
    const found = await createClient(slack, 'xoxb-a').users.info({ user: 'U0EVE', include_locale: true });
    expect(found.user).toMatchObject({ id: 'U0EVE', team_id: 'T0B', name: 'eve', locale: 'de-DE' });
    expect(found.user?.enterprise_user).toMatchObject({ enterprise_id: 'E0BIG' });
    expect(await refusal(createClient(slack).users.info({ user: 'U0EVE' }))).toBe('user_not_found');
    const { channel } = await createClient(slack, 'xoxb-a').conversations.open({ users: 'U0EVE' });
    const direct = createClient(slack, 'xoxb-a').chat.postMessage({ channel: channel?.id ?? '', text: 'hello' });
    expect(await refusal(direct)).toBe('accepted');
  });
});
