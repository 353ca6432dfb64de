import { SnowflakeUtil } from 'discord.js';
import { describe, expect, it } from 'vitest';
import type { Reply, Responder, Turn } from '../../../src/core/chat/chat.ts';
import type { Form } from '../../../src/core/chat/form.ts';
import type { MemberInteraction } from '../../../src/sandbox/discord/people/member-interaction.ts';
import { type Bench, type BenchOptions, seen, startBench } from './bench.ts';

const form: Form = {
  action: 'cap:1',
  title: 'Cap',
  fields: [
    { name: 'cap', label: 'Dollars', placeholder: '20', minLength: 1, maxLength: 3 },
    { name: 'why', label: 'Why', required: false },
  ],
};
const button = { text: 'Your cap', buttons: [{ label: 'Change', action: 'change' }] } satisfies Reply;

/** A member has pressed the button of a command's reply. */
async function press(options: BenchOptions): Promise<Bench & { pressed: MemberInteraction }> {
  const bench = await startBench({ command: (_, __, ___, responder) => responder.reply(button), ...options });
  const member = bench.sim.member();
  const shown = member.command('topup');
  await shown.done;
  return { ...bench, pressed: member.click(shown.reply() ?? '', 'change') };
}

const refusalOf = async (open: Promise<void>) =>
  open.then(
    () => 'opened',
    (error: Error) => error.message,
  );

describe('a form on Discord', () => {
  it('is the first response to the press, and nothing follows it', async () => {
    const { sim, platform, pressed } = await press({ action: (_, __, responder) => responder.openForm(form) });
    await pressed.done;
    expect(pressed.modal()).toEqual({
      custom_id: 'cap:1',
      title: 'Cap',
      components: [
        {
          type: 18,
          label: 'Dollars',
          component: {
            type: 4,
            custom_id: 'cap',
            style: 1,
            required: true,
            placeholder: '20',
            min_length: 1,
            max_length: 3,
          },
        },
        { type: 18, label: 'Why', component: { type: 4, custom_id: 'why', style: 1, required: false } },
      ],
    });
    await platform.close();
    expect(sim.store.calls.filter(({ path }) => path.includes('/webhooks/'))).toEqual([]);
  });

  it('comes back as a turn of its own, which is answered like a press', async () => {
    const heard: { action: string; values: object; turn: Turn }[] = [];
    const { sim, pressed } = await press({
      action: (_, __, responder) => responder.openForm(form),
      async submit(action, values, turn, responder) {
        heard.push({ action, values, turn });
        await responder.acknowledge('private');
        await responder.reply({ text: 'noted' });
      },
    });
    await pressed.done;
    const member = sim.member(pressed.record.userId);
    const sent = member.submitModal(pressed, { cap: '20' });
    const [noted] = await seen(sent, (all) => all[0]?.content === 'noted');
    expect(noted?.ephemeral).toBe(true);
    const by = { platform: 'discord', workspace: '', user: member.id };
    const inHome = { isPrivatePlace: false, space: sim.home.guildId, channels: [sim.home.channelId] };
    expect(heard).toEqual([
      {
        action: 'cap:1',
        values: { cap: '20', why: '' },
        turn: { by, cause: sent.id, causedAt: SnowflakeUtil.timestampFrom(sent.id), ...inHome },
      },
    ]);
  });

  it('that nothing is said to is acknowledged', async () => {
    const { sim, pressed } = await press({ action: (_, __, responder) => responder.openForm(form) });
    await pressed.done;
    const sent = sim.member(pressed.record.userId).submitModal(pressed, { cap: '20' });
    expect(await sent.acknowledged).toMatchObject({ type: 6 });
    expect(sent.failure()).toBeNull();
  });

  it('is refused when the press was acknowledged meanwhile, and a reply still reaches the member', async () => {
    const { pressed } = await press({
      ackDeadlineMs: 20,
      async action(_, __, responder) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        await responder.reply({ text: await refusalOf(responder.openForm(form)) });
      },
    });
    const [told] = await seen(pressed, (all) => all[0]?.loading === false);
    expect(told).toMatchObject({ content: 'Discord takes a form only as the first response', ephemeral: true });
    expect(pressed.modal()).toBeNull();
  });

  it('is refused for everything else than a press', async () => {
    const refuse = async (responder: Responder) =>
      responder.reply({ text: await refusalOf(responder.openForm(form)), buttons: button.buttons });
    const { sim, pressed } = await press({
      command: (_, __, ___, responder) => refuse(responder),
      action: (_, __, responder) => responder.openForm(form),
      submit: (_, __, ___, responder) => refuse(responder),
    });
    await pressed.done;
    const member = sim.member(pressed.record.userId);
    const command = member.command('topup');
    await command.done;
    const sent = member.submitModal(pressed, { cap: '20' });
    await sent.done;
    const refused = 'only the press of a button can open a form';
    expect([command, sent].map((turn) => turn.reply()?.content)).toEqual([refused, refused]);
  });
});
