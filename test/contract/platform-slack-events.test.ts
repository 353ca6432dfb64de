import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageHandle } from '../../src/core/chat/chat.ts';
import { slackManifest } from '../../src/platform/slack/manifest.ts';
import type { SeenMessage } from '../../src/sandbox/slack/shown.ts';
import { createSlackStage, type SlackStage, type StageOptions } from './platform-slack-stage.ts';

const GENERAL = 'C0GENERAL';
const TEAM = 'T0SIMTEAM';

const facts = { brandName: 'Tallybot', baseUrl: 'https://bot.test', prefix: '' };

describe.each(['http', 'socket'] as const)('over %s', (transport) => {
  let stage: SlackStage;
  let now: number;

  async function begin(options: StageOptions = {}): Promise<void> {
    now = Date.now();
    stage = await createSlackStage({ transport, botToken: 'xoxb-as-in-the-manifest', now: () => now, ...options });
    // Exactly what the manifest asks for.
    const { oauth_config: oauth, settings } = slackManifest([], { ...facts, transport });
    stage.slack.events.subscriptions = [...(settings?.event_subscriptions?.bot_events ?? [])];
    const scopes = [...(oauth?.scopes?.bot ?? [])];
    stage.slack.installApp(TEAM, { token: 'xoxb-as-in-the-manifest', scopes });
  }
  beforeEach(() => begin());
  afterEach(() => stage.close());

  const alice = () => stage.slack.user('U0ALICE', { name: 'alice' });
  const everyMessageOf = (channel: string) =>
    stage.slack.store.messages.filter((message) => message.fromBot && message.channel === channel);
  /** What was sent has been heard, and what was heard has been done. */
  async function idle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 30));
  }

  function answerWith(text: string): void {
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: 'Thinking…' });
      view.show(text.slice(0, 3));
      await view.finish(text, { text: 'receipt' });
    };
  }

  function refuseWith(text: string): void {
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('private');
      await responder.reply({ text, buttons: [{ label: 'Subscribe', action: 'subscribe' }] });
    };
  }

  describe('a mention', () => {
    it('is an ask with what was written, answered to all in its thread', async () => {
      answerWith('the answer');
      const asked = alice().mention('why is https://a.test/x?y=1&z=2 so, 1 < 2 & 3?', { channel: GENERAL });
      const seen = await asked.waitFor((message) => message.text.includes('receipt'));
      expect(stage.turns).toMatchObject([
        {
          name: 'ask',
          options: { prompt: 'why is https://a.test/x?y=1&z=2 so, 1 < 2 & 3?' },
          turn: {
            by: { platform: 'slack', workspace: TEAM, user: 'U0ALICE' },
            isPrivatePlace: false,
            space: TEAM,
            channels: [GENERAL],
          },
        },
      ]);
      const question = stage.slack.store.messages.find((message) => !message.fromBot);
      expect(seen).toMatchObject({ ephemeral: false, channel: GENERAL, threadTs: question?.ts });
      expect(seen.text).toBe('the answer\nreceipt');
      expect(stage.turns[0]?.turn.cause).toBe(`${GENERAL}:${question?.ts}`);
      expect(stage.turns[0]?.turn.causedAt).toBe(Math.floor(Number(question?.ts) * 1_000));
    });

    it('in a thread is answered in that thread, privately too', async () => {
      const root = stage.slack.store.post({
        teamId: TEAM,
        channel: GENERAL,
        user: 'U0BOB',
        source: 'person',
        fromBot: false,
        text: 'root',
      });
      refuseWith('no tokens');
      const asked = alice().mention('and now?', { channel: GENERAL, threadTs: root.ts });
      const refusal = await asked.waitFor((message) => message.text.includes('no tokens'));
      expect(refusal).toMatchObject({ ephemeral: true, threadTs: root.ts });
      answerWith('the answer');
      const again = alice().mention('again?', { channel: GENERAL, threadTs: root.ts });
      expect(await again.waitFor((message) => message.text.includes('receipt'))).toMatchObject({ threadTs: root.ts });
    });

    it('that is refused is told to the member alone, in the channel, and its button works', async () => {
      refuseWith('no tokens');
      const refusal = await alice()
        .mention('why?', { channel: GENERAL })
        .waitFor((message) => message.text.includes('no tokens'));
      // An ephemeral message in a thread that has not begun is shown to nobody.
      expect(refusal).toMatchObject({ ephemeral: true, channel: GENERAL });
      expect(refusal.threadTs).toBeUndefined();
      stage.script.run = (_turn, responder) => responder.reply({ text: 'plans' });
      const plans = alice().click(refusal, 'tallybot:subscribe');
      expect(await plans.waitFor((message) => message.text === 'plans')).toMatchObject({ ephemeral: true });
      expect(stage.turns.map((turn) => turn.turn.by)).toEqual([stage.turns[0]?.turn.by, stage.turns[0]?.turn.by]);
    });

    it('that is refused goes by direct message where Slack takes no ephemeral one', async () => {
      refuseWith('no tokens');
      stage.slack.faults.next({ method: 'chat.postEphemeral', error: 'user_not_in_channel' });
      const asked = alice().mention('why?', { channel: GENERAL });
      expect(await asked.waitFor((message) => message.text.includes('no tokens'))).toMatchObject({ direct: true });
      expect(everyMessageOf(GENERAL)).toEqual([]);
    });

    it('whose answer is private is answered directly, and the member is pointed there', async () => {
      stage.script.run = async (_turn, responder) => {
        await responder.acknowledge('private');
        const view = await responder.openAnswer({ text: 'Thinking…' });
        await view.finish('secret', { text: 'receipt' });
      };
      const asked = alice().mention('why?', { channel: GENERAL });
      expect(await asked.waitFor((message) => message.text.includes('secret'))).toMatchObject({ direct: true });
      const hint = await asked.waitFor((message) => message.text.includes('in your direct messages'));
      expect(hint).toMatchObject({ ephemeral: true, channel: GENERAL });
      expect(everyMessageOf(GENERAL)).toHaveLength(1);
    });

    it.each([
      ['<https://a.test/x|this> &lt;b&gt; &amp;amp;', 'this (https://a.test/x) <b> &amp;'],
      ['<https://a.test|a.test> <mailto:a@b.test|a@b.test>', 'https://a.test a@b.test'],
      ['<!here> <!subteam^S0X|@crew> <!date^1^{date}|today> <@U0BOB|bob> <#C0X>', '@here @crew today @bob #C0X'],
      ['call it <@U0BOT> or not', 'call it  or not'],
      ['', ''],
    ])('that is written as %j is read as %j', async (text, prompt) => {
      const event = { user: 'U0ALICE', channel: GENERAL, ts: '1790000000.000001', event_ts: '1790000000.000001' };
      const install = stage.slack.store.installationOf(TEAM);
      if (install) install.botUserId = 'U0BOT';
      alice();
      await stage.slack.events.send(TEAM, 'app_mention', { ...event, type: 'app_mention', text: `<@U0BOT> ${text}` });
      await expect.poll(() => stage.turns.map((turn) => turn.options)).toEqual([{ prompt }]);
    });

    it('is one ask although it comes as a message too, whichever is first', async () => {
      stage.slack.events.subscriptions.push('message.channels');
      stage.slack.installApp(TEAM, { scopes: ['app_mentions:read', 'channels:history', 'chat:write'] });
      await alice().mention('once', { channel: GENERAL }).acknowledged;
      const body = JSON.parse(stage.slack.store.deliveries[0]?.body ?? '');
      const { event } = transport === 'socket' ? body.payload : body;
      await idle();
      expect(stage.slack.store.deliveries.length).toBeGreaterThan(1);
      await stage.slack.events.send(TEAM, 'message.channels', { ...event, type: 'message', channel_type: 'channel' });
      await stage.slack.events.send(TEAM, 'app_mention', { ...event, ts: '1790000000.000009' });
      await idle();
      expect(stage.turns.map((turn) => turn.turn.cause)).toEqual([
        `${GENERAL}:${event.ts}`,
        `${GENERAL}:1790000000.000009`,
      ]);
    });

    it('is one ask although Slack sends it again, under the same or another event id', async () => {
      stage.slack.faults.deaf = true;
      await alice().mention('again and again', { channel: GENERAL }).acknowledged;
      await expect.poll(() => stage.turns.length).toBe(1);
      expect(await stage.slack.retryDue()).toBe(1);
      stage.slack.events.retriesWithNewId = true;
      now += 60_000;
      expect(await stage.slack.retryDue()).toBe(1);
      stage.slack.faults.deaf = false;
      now += 300_000;
      expect(await stage.slack.retryDue()).toBe(1);
      await idle();
      expect(stage.turns).toHaveLength(1);
      expect(stage.slack.events.pending()).toEqual([]);
      const again = stage.logs.filter((line) => line.text.includes('again'));
      expect(again.at(-1)?.facts).toMatchObject({ retryNum: 3 });
    });

    it('that was lost on its first way is an ask when it comes again', async () => {
      const url = stage.slack.eventsUrl;
      stage.slack.eventsUrl = `${stage.bot.url}/elsewhere`;
      stage.slack.transport = 'http';
      await alice().mention('late', { channel: GENERAL }).acknowledged;
      stage.slack.eventsUrl = url;
      stage.slack.transport = transport;
      await stage.slack.retryDue();
      await expect.poll(() => stage.turns.map((turn) => turn.options)).toEqual([{ prompt: 'late' }]);
    });

    it('belongs to the organisation of its workspace, and a guest to a workspace of their own', async () => {
      stage.slack.team('T0GUEST', { name: 'Guests' });
      const guest = stage.slack.user('U0GUEST', { team: 'T0GUEST' });
      refuseWith('no tokens');
      const asked = guest.mention('why?', { channel: GENERAL });
      const refusal = await asked.waitFor((message) => message.ephemeral);
      await guest.click(refusal, 'tallybot:subscribe').acknowledged;
      await expect.poll(() => stage.turns.length).toBe(2);
      stage.slack.team(TEAM, { enterpriseId: 'E0ORG' });
      await alice().mention('why?', { channel: GENERAL }).acknowledged;
      await alice().command('/help', '', { channel: GENERAL }).acknowledged;
      await expect.poll(() => stage.turns.length).toBe(4);
      expect(stage.turns.map((turn) => turn.turn.by.workspace)).toEqual(['T0GUEST', 'T0GUEST', 'E0ORG', 'E0ORG']);
    });
  });

  describe('a direct message', () => {
    it('is an ask in a private place, answered plainly', async () => {
      answerWith('the answer');
      const seen = await alice()
        .dm('why?')
        .waitFor((message) => message.text.includes('receipt'));
      expect(seen).toMatchObject({ direct: true, ephemeral: false });
      expect(seen.threadTs).toBeUndefined();
      expect(stage.turns).toMatchObject([{ options: { prompt: 'why?' }, turn: { isPrivatePlace: true } }]);
      expect(stage.slack.store.requests.map((request) => request.method)).not.toContain('conversations.open');
    });

    it('that is refused is answered by a message of the bot, which the member can read again', async () => {
      refuseWith('no tokens');
      const refusal = await alice()
        .dm('why?')
        .waitFor((message) => message.text.includes('no tokens'));
      expect(refusal).toMatchObject({ direct: true, ephemeral: false });
    });

    it('in a thread is answered there, and closed there by another process', async () => {
      let handle: MessageHandle | undefined;
      stage.script.run = async (_turn, responder) => {
        await responder.acknowledge('private');
        const view = await responder.openAnswer({ text: '…', buttons: [{ label: 'Stop', action: 'stop:1' }] });
        view.show('half of it');
        handle = JSON.parse(JSON.stringify(view.handle));
      };
      const begun = alice().dm('first');
      const root = await begun.waitFor((message) => message.text.includes('half'));
      const asked = alice().dm('second', { threadTs: root.ts });
      const seen = await asked.waitFor((message) => message.threadTs === root.ts && message.text.includes('half'));
      if (handle === undefined) throw new Error('no handle');
      await stage.platform.messenger.close(handle, 'Interrupted.');
      const closed = alice()
        .messages()
        .find((message) => message.ts === seen.ts);
      expect(closed?.text).toBe('half of it\nInterrupted.');
      expect(closed?.buttons).toEqual([]);
    });

    it('with a mention of the bot and of others loses only its own', async () => {
      const bot = stage.slack.store.installationOf(TEAM)?.botUserId ?? '';
      await alice().dm(`<@${bot}> ask <@U0BOB> in <#C0X|help> now`).acknowledged;
      await expect.poll(() => stage.turns.map((turn) => turn.options)).toEqual([{ prompt: 'ask @U0BOB in #help now' }]);
    });
  });

  describe('what asks nothing', () => {
    it("is the bot's own message and its edits, which Slack tells it of", async () => {
      answerWith('an answer that is edited');
      await alice()
        .dm('one')
        .waitFor((message) => message.text.includes('receipt'));
      await idle();
      const told = stage.slack.store.deliveries.filter(({ body }) => body.includes('"bot_id"'));
      expect(told.length).toBeGreaterThan(1);
      expect(stage.turns).toHaveLength(1);
    });

    it('is a message of another bot, an edit, a deletion, a join, a mention by a bot, and what Slack itself says', async () => {
      const channel = stage.slack.store.directChannel(alice().id).id;
      const about = { channel, channel_type: 'im', ts: '1790000000.000001', event_ts: '1790000000.000001' };
      const written = { ...about, type: 'message', user: 'U0ALICE', text: 'hello' };
      const others = [
        { ...written, bot_id: 'B0OTHER' },
        { ...written, subtype: 'bot_message' },
        { ...about, type: 'message', subtype: 'message_changed', message: written },
        { ...about, type: 'message', subtype: 'message_deleted', deleted_ts: '1.0' },
        { ...written, subtype: 'channel_join' },
        { ...written, user: 'USLACKBOT' },
        { ...written, edited: { user: 'U0ALICE', ts: '1.0' } },
        { ...about, type: 'message', text: 'by nobody' },
        { ...written, type: 'app_mention', channel: GENERAL, channel_type: 'channel', bot_id: 'B0OTHER' },
        { ...written, channel: GENERAL, channel_type: 'channel' },
      ];
      // As it comes from outside: half of it fits no type of Slack's.
      const send = stage.slack.events.send as (team: string, name: string, event: object) => Promise<unknown>;
      for (const event of others) await send.call(stage.slack.events, TEAM, 'message.im', event);
      await idle();
      expect(stage.turns).toEqual([]);
      await send.call(stage.slack.events, TEAM, 'message.im', { ...written, subtype: 'file_share' });
      await expect.poll(() => stage.turns.map((turn) => turn.options)).toEqual([{ prompt: 'hello' }]);
    });
  });

  it('has a receipt in a thread shown in that thread', async () => {
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: 'Thinking…' });
      await view.finish('answer', { text: 'end', buttons: [{ label: 'Receipt', action: 'receipt:1' }] });
    };
    const asked = alice().mention('why?', { channel: GENERAL });
    const answer: SeenMessage = await asked.waitFor((message) => message.buttons.length > 0);
    stage.script.run = (_turn, responder) => responder.reply({ text: '12 tokens' });
    const receipt = await alice()
      .click(answer, 'tallybot:receipt:1')
      .waitFor((message) => message.text === '12 tokens');
    expect(receipt).toMatchObject({ ephemeral: true, threadTs: answer.threadTs });
    const used = stage.slack.store.requests.find((request) => request.method === 'response_url');
    expect(used?.args).toMatchObject({ thread_ts: answer.threadTs });
  });
});
