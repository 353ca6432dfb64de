import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHttpServer } from '../../../src/sandbox/http-server.ts';
import { createStage, type Stage } from './bot.ts';

let stage: Stage;
let clock: number;
beforeEach(async () => {
  clock = 1_790_000_000_000;
  stage = await createStage({ now: () => clock, ackDeadlineMs: 300 });
});
afterEach(() => stage.close());

const CHANNEL = 'C0GENERAL';

describe('events', () => {
  it('tell of a mention twice, as app_mention and as message, with one timestamp', async () => {
    const seen: { type: string; ts: string; text?: string | undefined }[] = [];
    stage.app.event('app_mention', async ({ event }) => {
      seen.push({ type: event.type, ts: event.ts, text: event.text });
    });
    stage.app.event('message', async ({ event }) => {
      seen.push({ type: event.type, ts: event.ts });
    });
    await stage.slack.user('U0ADA').mention('hello', { channel: CHANNEL }).acknowledged;
    await expect.poll(() => seen.length).toBe(2);
    expect(new Set(seen.map((event) => event.ts)).size).toBe(1);
    expect(seen.find((event) => event.type === 'app_mention')?.text).toMatch(/^<@U\w+> hello$/);
  });

  it('tell of a direct message, and the answer is a direct message', async () => {
    stage.app.message(async ({ message, say }) => {
      if (message.subtype === undefined) await say({ text: `you said ${message.text}`, thread_ts: message.ts });
    });
    const ada = stage.slack.user('U0ADA');
    const answer = await ada.dm('hi').waitFor((message) => message.text === 'you said hi');
    expect(answer).toMatchObject({ direct: true, threadTs: expect.any(String) });
    const body = JSON.parse(stage.slack.store.deliveries[0]?.body ?? '');
    expect(body).toMatchObject({
      type: 'event_callback',
      team_id: 'T0SIMTEAM',
      event_id: expect.stringMatching(/^Ev/),
      event_time: 1_790_000_000,
      event: { type: 'message', channel_type: 'im', user: 'U0ADA', text: 'hi' },
      authorizations: [{ team_id: 'T0SIMTEAM', is_bot: true }],
    });
  });

  it('carry what was typed escaped, mentions as they are, and unescaped in rich text', async () => {
    const ada = stage.slack.user('U0ADA');
    await ada.say('a < b & <@U0BOB> > c https://d.test/?e&f', { channel: CHANNEL }).acknowledged;
    const { event } = JSON.parse(stage.slack.store.deliveries[0]?.body ?? '');
    expect(event.text).toBe('a &lt; b &amp; <@U0BOB> &gt; c <https://d.test/?e&amp;f>');
    expect(event.blocks[0].elements[0].elements).toEqual([
      { type: 'text', text: 'a < b & ' },
      { type: 'user', user_id: 'U0BOB' },
      { type: 'text', text: ' > c ' },
      { type: 'link', url: 'https://d.test/?e&f' },
    ]);
  });

  it('stay away where the bot is not a member, or the app is not subscribed', async () => {
    stage.slack.channel('C0ELSEWHERE', { botMember: false });
    const ada = stage.slack.user('U0ADA');
    await ada.mention('hello', { channel: 'C0ELSEWHERE' }).acknowledged;
    stage.slack.events.subscriptions = ['app_mention'];
    await ada.say('nobody called', { channel: CHANNEL }).acknowledged;
    expect(stage.slack.store.deliveries).toEqual([]);
    await ada.mention('now', { channel: CHANNEL, threadTs: stage.slack.store.messages.at(-1)?.ts ?? '' }).acknowledged;
    expect(stage.slack.store.deliveries).toHaveLength(1);
  });
});

describe('events about the bot and about others', () => {
  const told = () => stage.slack.store.deliveries.map(({ body }) => JSON.parse(body).event);

  it('tell the app of its own messages, and of what it changes and deletes', async () => {
    const { client } = stage.app;
    const token = stage.slack.settings.botToken;
    const { ts = '' } = await client.chat.postMessage({ token, channel: CHANNEL, text: 'one' });
    await client.chat.update({ token, channel: CHANNEL, ts, text: 'two' });
    await client.chat.delete({ token, channel: CHANNEL, ts });
    await client.chat.postEphemeral({ token, channel: CHANNEL, user: joined(), text: 'nobody else' });
    await expect.poll(() => told().length).toBe(3);
    expect(told()).toMatchObject([
      {
        type: 'message',
        channel: CHANNEL,
        channel_type: 'channel',
        ts,
        text: 'one',
        bot_id: expect.stringMatching(/^B/),
      },
      { subtype: 'message_changed', message: { ts, text: 'two' } },
      { subtype: 'message_deleted', deleted_ts: ts },
    ]);
  });

  it('come only with the scope that they need', async () => {
    stage.slack.installApp('T0SIMTEAM', { scopes: ['commands', 'app_mentions:read'] });
    const ada = stage.slack.user('U0ADA');
    await ada.mention('hello', { channel: CHANNEL }).acknowledged;
    await ada.dm('hello').acknowledged;
    expect(told().map((event) => event.type)).toEqual(['app_mention']);
  });

  it('name the workspace of a guest in a shared channel', async () => {
    stage.slack.team('T0GUEST', { name: 'Guests' });
    const guest = stage.slack.user('U0GUEST', { team: 'T0GUEST' });
    await guest.mention('hello', { channel: CHANNEL }).acknowledged;
    const bodies = stage.slack.store.deliveries.map(({ body }) => JSON.parse(body));
    expect(bodies).toHaveLength(2);
    for (const body of bodies) {
      expect(body).toMatchObject({
        team_id: 'T0SIMTEAM',
        is_ext_shared_channel: true,
        event: { user: 'U0GUEST', team: 'T0GUEST', user_team: 'T0GUEST', source_team: 'T0GUEST' },
      });
    }
  });

  function joined(): string {
    stage.slack.user('U0ADA');
    stage.slack.channel(CHANNEL, { members: ['U0ADA'] });
    return 'U0ADA';
  }
});

describe('an event that is not acknowledged', () => {
  const retries = () =>
    stage.slack.store.deliveries.map(({ headers }) => [headers['X-Slack-Retry-Num'], headers['X-Slack-Retry-Reason']]);

  it('is sent again at once, after a minute and after five, with number and reason, and then no more', async () => {
    stage.slack.eventsUrl = 'http://127.0.0.1:1/slack/events';
    stage.slack.events.subscriptions = ['message.im'];
    await stage.slack.user('U0ADA').dm('hi').acknowledged;
    expect(await stage.slack.retryDue()).toBe(1);
    expect(await stage.slack.retryDue()).toBe(0);
    clock += 60_000;
    expect(await stage.slack.retryDue()).toBe(1);
    clock += 299_999;
    expect(await stage.slack.retryDue()).toBe(0);
    clock += 1;
    expect(await stage.slack.retryDue()).toBe(1);
    expect(stage.slack.events.pending()).toEqual([]);
    expect(retries()).toEqual([
      [undefined, undefined],
      ['1', 'connection_failed'],
      ['2', 'connection_failed'],
      ['3', 'connection_failed'],
    ]);
    const bodies = new Set(stage.slack.store.deliveries.map((delivery) => delivery.body));
    expect(bodies.size).toBe(1);
  });

  it('is not sent again when the bot asks for that by x-slack-no-retry', async () => {
    const refusing = await startHttpServer((_request, response) => {
      response.writeHead(500, { 'x-slack-no-retry': '1' }).end();
    });
    try {
      stage.slack.eventsUrl = refusing.url;
      await stage.slack.user('U0ADA').dm('hi').acknowledged;
      expect(stage.slack.events.pending()).toEqual([]);
    } finally {
      await refusing.close();
    }
  });

  it('reaches Bolt with its retry number once the bot is back', async () => {
    const url = stage.slack.eventsUrl;
    const numbers: unknown[] = [];
    stage.app.event('message', async ({ context }) => {
      numbers.push([context.retryNum, context.retryReason]);
    });
    stage.slack.eventsUrl = `${stage.bot.url}/elsewhere`;
    await stage.slack.user('U0ADA').dm('hi').acknowledged;
    stage.slack.eventsUrl = url;
    await stage.slack.retryDue();
    expect(numbers).toEqual([[1, 'http_error']]);
    expect(stage.slack.events.pending()).toEqual([]);
  });
});

describe('an app that is removed', () => {
  it('is told, its token ends, and its commands are gone', async () => {
    const told: unknown[] = [];
    stage.app.event('tokens_revoked', async ({ event }) => {
      told.push(event);
    });
    stage.app.event('app_uninstalled', async ({ event }) => {
      told.push(event);
    });
    const bot = stage.slack.store.installationOf('T0SIMTEAM')?.botUserId;
    await stage.slack.uninstall('T0SIMTEAM');
    await expect.poll(() => told.length).toBe(2);
    expect(told).toMatchObject([{ tokens: { bot: [bot] } }, { type: 'app_uninstalled' }]);
    await expect(stage.app.client.auth.test()).rejects.toMatchObject({ data: { error: 'account_inactive' } });
    expect(() => stage.slack.user().command('/ask')).toThrow(/Expected the app installed/);
  });
});
