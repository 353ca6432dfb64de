import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reply, Responder } from '../../src/core/chat/chat.ts';
import type { Form } from '../../src/core/chat/form.ts';
import type { SlackPerson } from '../../src/sandbox/slack/person.ts';
import type { SeenMessage } from '../../src/sandbox/slack/shown.ts';
import { createSlackStage, type SlackStage } from './platform-slack-stage.ts';

const GENERAL = 'C0GENERAL';
const form: Form = {
  action: 'cap:1',
  title: 'Cap',
  fields: [
    { name: 'cap', label: 'Dollars', placeholder: '20', minLength: 1, maxLength: 3 },
    { name: 'why', label: 'Why', required: false },
  ],
};
const button = { text: 'Your cap', buttons: [{ label: 'Change', action: 'change' }] } satisfies Reply;
const typed = { cap: { cap: { type: 'plain_text_input', value: '20' } } };

let stage: SlackStage;
let alice: SlackPerson;
beforeEach(async () => {
  stage = await createSlackStage();
  alice = stage.slack.user('U0ALICE', { name: 'alice' });
  stage.script.run = (_turn, responder) => responder.reply(button);
});
afterEach(() => stage.close());

const hasButton = ({ buttons }: SeenMessage) => buttons.length > 0;

/** Alice presses the button below a message, which opens the form; what is typed is answered by "noted". */
async function open(message: SeenMessage) {
  stage.script.run = (_turn, responder) => responder.openForm(form);
  const pressed = alice.click(message, message.buttons[0]?.actionId ?? '');
  const view = await pressed.waitForView();
  stage.script.run = (_turn, responder) => responder.reply({ text: 'noted' });
  return { pressed, view };
}

const offered = (channel: string) => alice.command('/topup', '', { channel }).waitFor(hasButton);
const isNoted = ({ text }: SeenMessage) => text === 'noted';

describe('a form on Slack', () => {
  it('is a modal that carries its action and its place, and nothing secret', async () => {
    const { view, pressed } = await open(await offered(GENERAL));
    expect(view.view).toMatchObject({
      type: 'modal',
      title: { text: 'Cap' },
      submit: { text: 'Send' },
      blocks: [
        {
          type: 'input',
          block_id: 'cap',
          label: { text: 'Dollars' },
          optional: false,
          element: {
            type: 'plain_text_input',
            action_id: 'cap',
            placeholder: { text: '20' },
            min_length: 1,
            max_length: 3,
          },
        },
        { type: 'input', block_id: 'why', label: { text: 'Why' }, optional: true, element: { action_id: 'why' } },
      ],
    });
    expect(JSON.parse(view.view.private_metadata ?? '')).toEqual({ action: 'cap:1', channel: GENERAL, threadTs: null });
    expect((await pressed.acknowledged).ok).toBe(true);
  });

  it('comes back as a turn of the member, is closed, and is answered to them alone', async () => {
    stage.slack.team('T0SIMTEAM', { enterpriseId: 'E0ORG' });
    const { view } = await open(await offered(GENERAL));
    const sent = alice.submitView(view, typed);
    expect(await sent.errors).toEqual({});
    expect(view.open).toBe(false);
    expect(await sent.waitFor(isNoted)).toMatchObject({ ephemeral: true, channel: GENERAL });
    const [, pressed, submitted] = stage.turns;
    expect(submitted).toMatchObject({ name: 'cap:1', options: { cap: '20', why: '' } });
    expect(submitted?.turn).toEqual({ ...pressed?.turn, cause: submitted?.turn.cause });
    expect(submitted?.turn.cause).not.toBe(pressed?.turn.cause);
  });

  it('is answered in the thread of its button', async () => {
    await alice.say('A thread begins', { channel: GENERAL }).acknowledged;
    const threadTs = stage.slack.store.messages.at(-1)?.ts ?? '';
    const inThread = await alice.mention('again', { channel: GENERAL, threadTs }).waitFor(hasButton);
    const { view } = await open(inThread);
    const noted = await alice.submitView(view, typed).waitFor(isNoted);
    expect(noted).toMatchObject({ threadTs, ephemeral: true });
  });

  it('is answered by direct message where the bot is not in the conversation', async () => {
    stage.slack.channel('C0FOREIGN', { botMember: false });
    const { view } = await open(await offered('C0FOREIGN'));
    expect(await alice.submitView(view, typed).waitFor(isNoted)).toMatchObject({ direct: true });
  });

  it('is taken once, though Slack did not hear that it was', async () => {
    const { view } = await open(await offered(GENERAL));
    stage.slack.faults.deaf = true;
    const lost = alice.submitView(view, typed);
    expect(await lost.failure()).toBeDefined();
    stage.slack.faults.deaf = false;
    expect(view.open).toBe(true);
    await alice.submitView(view, typed).errors;
    expect(view.open).toBe(false);
    expect(stage.turns.map(({ name }) => name)).toEqual(['topup', 'change', 'cap:1']);
    expect(alice.messages().filter(isNoted)).toHaveLength(1);
  });

  it.each([
    ['of another app', { callback_id: 'theirs' }],
    ['whose metadata is not its own', { private_metadata: '{"action":7}' }],
    ['whose metadata is no JSON', { private_metadata: '{' }],
  ])('%s is closed and does nothing', async (_, change) => {
    const { view } = await open(await offered(GENERAL));
    Object.assign(view.view, change);
    expect(await alice.submitView(view, typed).errors).toEqual({});
    expect(view.open).toBe(false);
    expect(stage.turns).toHaveLength(2);
  });

  it('is refused for everything else than a press', async () => {
    const refusals: string[] = [];
    const refuse = async (responder: Responder) => {
      await responder.openForm(form).catch((error: Error) => refusals.push(error.message));
      await responder.reply(button);
    };
    const { view } = await open(await offered(GENERAL));
    stage.script.run = (_turn, responder) => refuse(responder);
    await offered(GENERAL);
    await alice.submitView(view, typed).waitFor(hasButton);
    await alice.mention('hello', { channel: GENERAL }).waitFor(hasButton);
    expect(refusals).toEqual(Array(3).fill('only the press of a button can open a form'));
  });

  it('that comes too late is refused, and a reply still reaches the member', async () => {
    const message = await offered(GENERAL);
    stage.slack.faults.next({ method: 'views.open', error: 'expired_trigger_id' });
    stage.script.run = async (_turn, responder) => {
      const fault = await responder.openForm(form).catch((error: Error) => error.message);
      await responder.reply({ text: String(fault) });
    };
    const told = await alice
      .click(message, message.buttons[0]?.actionId ?? '')
      .waitFor(({ text }) => text !== 'Your cap');
    expect(told).toMatchObject({ text: 'Slack answered views.open with expired_trigger_id', ephemeral: true });
  });
});
