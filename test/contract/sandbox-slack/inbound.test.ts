import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStage, type Stage } from './bot.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await createStage({ ackDeadlineMs: 300 });
});
afterEach(() => stage.close());

const CHANNEL = 'C0GENERAL';

describe('a slash command', () => {
  it('arrives in Bolt signed and with the fields of a real one', async () => {
    const seen: unknown[] = [];
    stage.app.command('/ask', async ({ ack, command }) => {
      seen.push(command);
      await ack();
    });
    const ada = stage.slack.user('U0ADA', { name: 'ada' });
    const { ok, status } = await ada.command('/ask', 'what & why?', { channel: CHANNEL }).acknowledged;
    expect({ ok, status }).toEqual({ ok: true, status: 200 });
    expect(seen).toEqual([
      {
        token: 'simulated-verification-token',
        team_id: 'T0SIMTEAM',
        team_domain: 'acme-t0simteam',
        channel_id: CHANNEL,
        channel_name: 'general',
        user_id: 'U0ADA',
        user_name: 'ada',
        command: '/ask',
        text: 'what & why?',
        api_app_id: 'A0SIMULATOR',
        is_enterprise_install: 'false',
        response_url: expect.stringContaining(`${stage.slack.url}/hooks/commands/T0SIMTEAM/`),
        trigger_id: expect.any(String),
      },
    ]);
  });

  it('names the organisation of an Enterprise workspace', async () => {
    stage.slack.team('T0BIG', { name: 'Big', enterpriseId: 'E0BIG' });
    stage.slack.installApp('T0BIG');
    let seen = {};
    stage.app.command('/ask', async ({ ack, command }) => {
      seen = command;
      await ack();
    });
    await stage.slack.user('U0EVE', { team: 'T0BIG' }).command('/ask').acknowledged;
    expect(seen).toMatchObject({ team_id: 'T0BIG', enterprise_id: 'E0BIG', enterprise_name: 'Big' });
  });

  it('shows the text of the acknowledgement to its sender alone, unless it says in_channel', async () => {
    stage.app.command('/quiet', ({ ack }) => ack('only you'));
    stage.app.command('/loud', ({ ack }) => ack({ response_type: 'in_channel', text: 'all of you' }));
    const ada = stage.slack.user('U0ADA');
    const bob = stage.slack.user('U0BOB');
    stage.slack.channel(CHANNEL, { members: ['U0BOB'] });
    const quiet = ada.command('/quiet', '', { channel: CHANNEL });
    await quiet.acknowledged;
    await ada.command('/loud', '', { channel: CHANNEL }).acknowledged;
    expect(quiet.messages().map(({ text, ephemeral }) => ({ text, ephemeral }))).toEqual([
      { text: 'only you', ephemeral: true },
      { text: 'all of you', ephemeral: false },
    ]);
    expect(bob.messages().map((message) => message.text)).toEqual(['all of you']);
  });

  it('ends as operation_timeout for the person when the bot is late', async () => {
    stage.app.command('/slow', () => new Promise(() => undefined));
    const sent = stage.slack.user().command('/slow');
    expect(await sent.failure()).toBe('operation_timeout');
    expect(await sent.acknowledged).toMatchObject({ ok: false, error: 'http_timeout' });
  });

  it('shows nothing for an acknowledgement that breaks the limits', async () => {
    stage.app.command('/odd', ({ ack }) => ack({ text: 'x', blocks: [section('')] }));
    const sent = stage.slack.user().command('/odd');
    expect(await sent.acknowledged).toMatchObject({ ok: true });
    expect(sent.messages()).toEqual([]);
  });

  it('ends as dispatch_failed when nobody listens', async () => {
    stage.slack.eventsUrl = 'http://127.0.0.1:1/slack/events';
    expect(await stage.slack.user().command('/ask').failure()).toBe('dispatch_failed');
    stage.slack.eventsUrl = undefined;
    expect(await stage.slack.user().command('/ask').failure()).toBe('dispatch_failed');
  });
});

describe('a signature', () => {
  it.each(['secret', 'stale', 'missing'] as const)('that is wrong (%s) is refused by Bolt with 401', async (fault) => {
    let called = false;
    stage.app.command('/ask', async ({ ack }) => {
      called = true;
      await ack();
    });
    expect(await stage.slack.sendWronglySigned(fault)).toMatchObject({ ok: false, status: 401 });
    expect(called).toBe(false);
  });

  it('is checked with the challenge of a new request URL', async () => {
    expect(await stage.slack.verifyEventsUrl()).toBe(true);
    stage.slack.eventsUrl = `${stage.bot.url}/elsewhere`;
    expect(await stage.slack.verifyEventsUrl()).toBe(false);
  });
});

describe('a button', () => {
  it('arrives with its message, value and a response_url that replaces the message', async () => {
    const clicks: unknown[] = [];
    stage.app.command('/pay', async ({ ack, say }) => {
      await ack();
      await say({ text: 'fallback', blocks: [section('Pay?'), buttons('topup', 'pack_1')] });
    });
    stage.app.action('topup', async ({ ack, body, payload, respond }) => {
      await ack();
      clicks.push({ body, payload });
      await respond({ text: 'Paid', replace_original: true });
    });
    const ada = stage.slack.user('U0ADA', { name: 'ada' });
    const offer = await ada.command('/pay', '', { channel: CHANNEL }).waitFor((message) => message.text === 'Pay?');
    expect(offer.buttons).toEqual([
      { actionId: 'topup', blockId: expect.any(String), text: 'Top up', value: 'pack_1' },
    ]);
    const press = ada.click(offer, 'topup');
    const after = await press.waitFor((message) => message.text === 'Paid');
    expect(after.ts).toBe(offer.ts);
    expect(after.history.map((version) => version.change)).toEqual(['posted', 'updated']);
    expect(clicks).toMatchObject([
      {
        payload: { type: 'button', action_id: 'topup', value: 'pack_1', text: { text: 'Top up' } },
        body: {
          type: 'block_actions',
          user: { id: 'U0ADA', username: 'ada', team_id: 'T0SIMTEAM' },
          team: { id: 'T0SIMTEAM' },
          container: { type: 'message', message_ts: offer.ts, channel_id: CHANNEL, is_ephemeral: false },
          channel: { id: CHANNEL, name: 'general' },
          message: { type: 'message', ts: offer.ts, text: 'fallback' },
        },
      },
    ]);
  });

  it('of an ephemeral message arrives without the message, as in Slack', async () => {
    const bodies: { container?: unknown; message?: unknown }[] = [];
    stage.app.command('/pay', ({ ack }) => ack({ text: 'Pay?', blocks: [buttons('topup', 'x')] }));
    stage.app.action('topup', async ({ ack, body }) => {
      bodies.push(body as { container?: unknown; message?: unknown });
      await ack();
    });
    const ada = stage.slack.user();
    const offer = await ada.command('/pay', '', { channel: CHANNEL }).waitFor((message) => message.ephemeral);
    await ada.click(offer, 'topup').acknowledged;
    expect(bodies[0]).toMatchObject({ container: { is_ephemeral: true } });
    expect(bodies[0]?.message).toBeUndefined();
    expect(() => stage.slack.user('U0OTHER').click(offer, 'topup')).toThrow(/Expected a message that U0OTHER sees/);
    expect(() => ada.click(offer, 'nothing')).toThrow(/Expected a button "nothing"/);
  });
});

describe('a modal', () => {
  const modal = {
    type: 'modal' as const,
    callback_id: 'feedback',
    title: { type: 'plain_text' as const, text: 'Feedback' },
    submit: { type: 'plain_text' as const, text: 'Send' },
    blocks: [
      {
        type: 'input' as const,
        block_id: 'note',
        label: { type: 'plain_text' as const, text: 'Note' },
        optional: true,
        element: { type: 'plain_text_input' as const, action_id: 'text', min_length: 2, max_length: 5 },
      },
    ],
  };

  it('is opened once per trigger, submitted with values, and answered with errors or closed', async () => {
    const outcomes: string[] = [];
    stage.app.command('/feedback', async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: modal });
      await client.views.open({ trigger_id: command.trigger_id, view: modal }).catch((error) => {
        outcomes.push(error.data.error);
      });
    });
    stage.app.view('feedback', async ({ ack, view }) => {
      const { value } = view.state.values.note?.text ?? {};
      if (value) await ack();
      else await ack({ response_action: 'errors', errors: { note: 'Say something' } });
    });
    const ada = stage.slack.user();
    const opened = await ada.command('/feedback').waitForView();
    expect(opened.view).toMatchObject({ callback_id: 'feedback', title: modal.title });
    const empty = ada.submitView(opened);
    expect(await empty.errors).toEqual({ note: 'Say something' });
    expect(opened.open).toBe(true);
    const noted = (value: string) => ({ note: { text: { type: 'plain_text_input', value } } });
    expect(() => ada.submitView(opened, noted('x'))).toThrow('expected 2 to 5 characters for note, got 1');
    expect(() => ada.submitView(opened, noted('too long'))).toThrow('expected 2 to 5 characters for note, got 8');
    const values = noted('fine');
    expect(await ada.submitView(opened, values).errors).toEqual({});
    expect(opened.open).toBe(false);
    expect(outcomes).toEqual(['exchanged_trigger_id']);
  });

  it('is changed, followed by another, or cleared by the answer', async () => {
    const answers: object[] = [
      {
        response_action: 'update',
        view: { ...modal, callback_id: 'feedback', title: { type: 'plain_text', text: 'Again' } },
      },
      {
        response_action: 'push',
        view: { ...modal, callback_id: 'feedback', title: { type: 'plain_text', text: 'More' } },
      },
      { response_action: 'update', view: { ...modal, title: { type: 'plain_text', text: 't'.repeat(25) } } },
      { response_action: 'clear' },
    ];
    stage.app.command('/feedback', async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: modal });
    });
    stage.app.view('feedback', async ({ ack }) => ack(answers.shift() as never));
    const ada = stage.slack.user();
    const sent = ada.command('/feedback');
    const first = await sent.waitForView();
    await ada.submitView(first).errors;
    expect(first.view).toMatchObject({ title: { text: 'Again' } });
    await ada.submitView(first).errors;
    const [, second] = sent.views();
    expect(second).toMatchObject({ view: { title: { text: 'More' } }, previousId: first.id, rootId: first.id });
    expect(await ada.submitView(second ?? first).errors).toEqual({ view: 'invalid_arguments' });
    await ada.submitView(second ?? first).errors;
    expect([first.open, second?.open]).toEqual([false, false]);
  });
});

function section(text: string) {
  return { type: 'section' as const, text: { type: 'mrkdwn' as const, text } };
}

function buttons(actionId: string, value: string) {
  const text = { type: 'plain_text' as const, text: 'Top up' };
  return {
    type: 'actions' as const,
    block_id: 'offer',
    elements: [{ type: 'button' as const, action_id: actionId, value, text }],
  };
}
