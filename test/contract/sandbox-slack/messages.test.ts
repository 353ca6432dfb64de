import { WebAPIPlatformError } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackSimulator, type SlackSimulator } from '../../../src/sandbox/slack/simulator.ts';
import { createClient, refusal } from './bot.ts';

let slack: SlackSimulator;
let clock: number;
beforeEach(async () => {
  clock = 1_790_000_000_000;
  slack = await createSlackSimulator({ rateLimits: 'off', now: () => clock });
});
afterEach(() => slack.close());

const CHANNEL = 'C0GENERAL';
const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });

describe('chat.postMessage', () => {
  it('posts where the bot is a member and gives the message back', async () => {
    const client = createClient(slack);
    const posted = await client.chat.postMessage({ channel: CHANNEL, text: 'hello' });
    expect(posted).toMatchObject({ ok: true, channel: CHANNEL, message: { text: 'hello', type: 'message' } });
    expect(posted.ts).toMatch(/^1790000000\.\d{6}$/);
    expect(slack.store.message(CHANNEL, posted.ts ?? '')?.text).toBe('hello');
  });

  it('accepts a JSON body as well as a form', async () => {
    const response = await fetch(`${slack.url}/api/chat.postMessage`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${slack.settings.botToken}`,
        'content-type': 'application/json; charset=utf-8',
      },
      body: JSON.stringify({ channel: CHANNEL, text: 'x', blocks: [section('from JSON')] }),
    });
    expect(await response.json()).toMatchObject({ ok: true, message: { blocks: [section('from JSON')] } });
  });

  it('refuses a channel without the bot: not_in_channel when public, channel_not_found when private', async () => {
    slack.channel('C0OPEN', { botMember: false });
    slack.channel('C0HIDDEN', { botMember: false, private: true });
    slack.channel('C0OLD', { archived: true });
    const post = (channel: string) => refusal(createClient(slack).chat.postMessage({ channel, text: 'x' }));
    expect(await post('C0OPEN')).toBe('not_in_channel');
    expect(await post('C0HIDDEN')).toBe('channel_not_found');
    expect(await post('C0NOWHERE')).toBe('channel_not_found');
    expect(await post('C0OLD')).toBe('is_archived');
    slack.installApp('T0SIMTEAM', { token: 'xoxb-public', scopes: ['chat:write', 'chat:write.public'] });
    expect(await refusal(createClient(slack, 'xoxb-public').chat.postMessage({ channel: 'C0OPEN', text: 'x' }))).toBe(
      'accepted',
    );
  });

  it('refuses with the error class and data of the real client', async () => {
    const error = await createClient(slack)
      .chat.postMessage({ channel: CHANNEL, text: '' })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WebAPIPlatformError);
    expect(error).toMatchObject({ code: 'slack_webapi_platform_error', data: { ok: false, error: 'no_text' } });
  });

  it('keeps a reply in its thread, and refuses one to nothing', async () => {
    const client = createClient(slack);
    const root = await client.chat.postMessage({ channel: CHANNEL, text: 'root' });
    const reply = await client.chat.postMessage({ channel: CHANNEL, text: 'reply', thread_ts: root.ts ?? '' });
    expect(reply.message?.thread_ts).toBe(root.ts);
    const lost = client.chat.postMessage({ channel: CHANNEL, text: 'x', thread_ts: '1.000001' });
    expect(await refusal(lost)).toBe('thread_not_found');
  });

  it('holds messages to the published limits', async () => {
    const post = (blocks: object[]) =>
      refusal(createClient(slack).chat.postMessage({ channel: CHANNEL, text: 'x', blocks: blocks as never[] }));
    const button = { type: 'button', action_id: 'a', text: { type: 'plain_text', text: 'ok' } };
    const actions = (...elements: object[]) => [{ type: 'actions', elements }];
    const many = (count: number) => Array.from({ length: count }, () => button);
    const markdown = (length: number) => ({ type: 'markdown', text: 'm'.repeat(length) });
    expect(await post(Array.from({ length: 50 }, () => section('x')))).toBe('accepted');
    expect(await post(Array.from({ length: 51 }, () => section('x')))).toBe('invalid_blocks');
    expect(await post([section('x'.repeat(3000))])).toBe('accepted');
    expect(await post([section('x'.repeat(3001))])).toBe('invalid_blocks');
    expect(await post([section('')])).toBe('invalid_blocks');
    expect(await post([markdown(6000), markdown(6000)])).toBe('accepted');
    expect(await post([markdown(6000), markdown(6001)])).toBe('msg_blocks_too_long');
    expect(await post(actions(...many(25)))).toBe('accepted');
    expect(await post(actions(...many(26)))).toBe('invalid_blocks');
    expect(await post(actions({ ...button, value: 'v'.repeat(2001) }))).toBe('invalid_blocks');
    expect(await post(actions({ ...button, action_id: 'a'.repeat(256) }))).toBe('invalid_blocks');
    expect(await post(actions({ ...button, text: { type: 'plain_text', text: 't'.repeat(76) } }))).toBe(
      'invalid_blocks',
    );
    expect(await post([{ type: 'poll' }])).toBe('invalid_blocks');
  });

  it('takes markdown_text of at most 12,000 characters, alone', async () => {
    const client = createClient(slack);
    const long = client.chat.postMessage({ channel: CHANNEL, markdown_text: 'm'.repeat(12_001) });
    expect(await refusal(long)).toBe('msg_too_long');
    const both = { channel: CHANNEL, markdown_text: 'x', text: 'y' };
    expect(await refusal(client.apiCall('chat.postMessage', both))).toBe('markdown_text_conflict');
    const posted = await client.chat.postMessage({ channel: CHANNEL, markdown_text: '**bold**' });
    expect(posted.message?.blocks).toMatchObject([
      { type: 'markdown', text: '**bold**', block_id: expect.any(String) },
    ]);
  });

  it('records which pings a message would cause, also those that an update removed', async () => {
    const client = createClient(slack);
    const text = 'hi <@U0ADA> and <!channel|channel> and <!subteam^S0TEAM>';
    const posted = await client.chat.postMessage({ channel: CHANNEL, text: 'x', blocks: [section(text)] });
    const message = slack.store.message(CHANNEL, posted.ts ?? '');
    const pings = [{ kind: 'channel' }, { kind: 'group', id: 'S0TEAM' }, { kind: 'user', id: 'U0ADA' }];
    expect(message?.pings).toEqual(pings);
    const quiet = { type: 'header' as const, text: { type: 'plain_text' as const, text: '<!here>' } };
    const escaped = section('&lt;!channel&gt; &lt;@U0ADA&gt;');
    await client.chat.update({ channel: CHANNEL, ts: posted.ts ?? '', text: 'x', blocks: [quiet, escaped] });
    expect(message?.pings).toEqual([]);
    expect(message?.everPinged).toEqual(pings);
  });
});

describe('chat.update and chat.delete', () => {
  it('change the own message, with every version kept and timed', async () => {
    const client = createClient(slack);
    const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'one' });
    clock += 1000;
    await client.chat.update({ channel: CHANNEL, ts, text: 'two' });
    clock += 1000;
    await client.chat.delete({ channel: CHANNEL, ts });
    const [message] = slack.store.messages;
    expect(message?.history.map(({ change, at, text }) => [change, at - message.postedAt, text])).toEqual([
      ['posted', 0, 'one'],
      ['updated', 1000, 'two'],
      ['deleted', 2000, 'two'],
    ]);
    expect(await refusal(client.chat.update({ channel: CHANNEL, ts, text: 'x' }))).toBe('message_not_found');
    expect(await refusal(client.chat.delete({ channel: CHANNEL, ts }))).toBe('message_not_found');
  });

  it('replace text and blocks by what is given, and keep metadata until it is taken away', async () => {
    const client = createClient(slack);
    const metadata = { event_type: 'notice', event_payload: { id: 'n1' } };
    const first = { channel: CHANNEL, text: 'x', blocks: [section('old')], metadata };
    const { ts = '' } = await client.chat.postMessage(first);
    const message = slack.store.message(CHANNEL, ts);
    await client.apiCall('chat.update', { channel: CHANNEL, ts, metadata: {} });
    expect(message).toMatchObject({ text: 'x', blocks: [section('old')], metadata: {}, edited: false });
    await client.apiCall('chat.update', { channel: CHANNEL, ts, metadata });
    await client.chat.update({ channel: CHANNEL, ts, text: 'new' });
    expect(message).toMatchObject({ text: 'new', blocks: [], metadata, edited: true });
    expect(await refusal(client.apiCall('chat.update', { channel: CHANNEL, ts }))).toBe('no_text');
  });

  it('take a text of at most 4,000 characters, which is less than a new message may have', async () => {
    const client = createClient(slack);
    const { ts = '', message } = await client.chat.postMessage({ channel: CHANNEL, text: 'x'.repeat(40_001) });
    expect(message?.text).toHaveLength(40_000);
    const update = (text: string) => refusal(client.chat.update({ channel: CHANNEL, ts, text }));
    expect(await update('x'.repeat(4000))).toBe('accepted');
    expect(await update('x'.repeat(4001))).toBe('msg_too_long');
    const markdown_text = 'm'.repeat(12_000);
    expect(await refusal(client.chat.update({ channel: CHANNEL, ts, markdown_text }))).toBe('accepted');
  });

  it('leave the messages of others alone', async () => {
    slack.eventsUrl = undefined;
    const said = slack.user('U0ADA').say('mine', { channel: CHANNEL });
    await said.acknowledged;
    const ts = slack.store.messages[0]?.ts ?? '';
    const client = createClient(slack);
    expect(await refusal(client.chat.update({ channel: CHANNEL, ts, text: 'x' }))).toBe('cant_update_message');
    expect(await refusal(client.chat.delete({ channel: CHANNEL, ts }))).toBe('cant_delete_message');
  });
});

describe('chat.postEphemeral', () => {
  it('shows a message to one member alone, out of the history and out of reach of chat.update', async () => {
    const client = createClient(slack);
    slack.channel(CHANNEL, { members: ['U0ADA', 'U0BOB'] });
    const [ada, bob] = [slack.user('U0ADA'), slack.user('U0BOB')];
    const { message_ts: ts = '' } = await client.chat.postEphemeral({ channel: CHANNEL, user: 'U0ADA', text: 'psst' });
    expect(ada.messages().map((message) => message.text)).toEqual(['psst']);
    expect(bob.messages()).toEqual([]);
    expect((await client.conversations.history({ channel: CHANNEL })).messages).toEqual([]);
    expect(await refusal(client.chat.update({ channel: CHANNEL, ts, text: 'x' }))).toBe('message_not_found');
  });

  it('refuses somebody who is not in the channel', async () => {
    slack.user('U0OUT');
    const call = createClient(slack).chat.postEphemeral({ channel: CHANNEL, user: 'U0OUT', text: 'x' });
    expect(await refusal(call)).toBe('user_not_in_channel');
  });
});
