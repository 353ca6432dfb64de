import { createPublicKey, verify } from 'node:crypto';
import { MessageFlags, Routes } from 'discord.js';
import {
  type APIInteraction,
  ComponentType,
  InteractionContextType,
  InteractionResponseType,
  InteractionType,
} from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { startDiscord, startEndpoint, startRawEndpoint } from './world.ts';

const ROW = {
  type: ComponentType.ActionRow,
  components: [
    { type: ComponentType.Button, style: 1, label: 'Receipt', custom_id: 'receipt:1' },
    { type: ComponentType.Button, style: 1, label: 'Old', custom_id: 'old', disabled: true },
    { type: ComponentType.Button, style: 5, label: 'Pay', url: 'https://example.com/pay' },
  ],
};

describe('what an endpoint receives', () => {
  it('is signed with the public key over timestamp and raw body', async () => {
    const { sim } = await startDiscord({ now: () => 1_700_000_000_999 });
    const seen: { timestamp: string; ok: boolean }[] = [];
    await startRawEndpoint(sim, async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(Buffer.from(chunk));
      const timestamp = String(req.headers['x-signature-timestamp']);
      const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(sim.publicKey, 'hex')]);
      const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
      const signature = Buffer.from(String(req.headers['x-signature-ed25519']), 'hex');
      const ok = verify(null, Buffer.concat([Buffer.from(timestamp), ...chunks]), key, signature);
      seen.push({ timestamp, ok });
      if (ok) res.writeHead(200, { 'content-type': 'application/json' }).end('{"type":1}');
      else res.writeHead(401).end();
    });
    expect(await sim.ping()).toMatchObject({ status: 200, body: '{"type":1}' });
    expect(seen).toEqual([{ timestamp: '1700000000', ok: true }]);
    const { wrongKey, tamperedBody, tamperedTimestamp, garbage, unsigned } = sim.probes;
    for (const probe of [wrongKey, tamperedBody, tamperedTimestamp, garbage, unsigned]) {
      expect((await probe()).status).toBe(401);
    }
  });

  it('tells who asks, where, and by which installation', async () => {
    const { sim } = await startDiscord();
    const seen: APIInteraction[] = [];
    await startEndpoint(sim, (interaction) => {
      seen.push(interaction);
      return { type: 4, data: { content: 'ok' } };
    });
    await sim.member('100', { name: 'Ada', locale: 'de' }).command('ask', { prompt: 'hi', packs: 2 }).done;
    await sim.member('100').command('balance', {}, { dm: true }).done;
    expect(seen[0]).toMatchObject({
      type: InteractionType.ApplicationCommand,
      application_id: sim.applicationId,
      guild_id: sim.home.guildId,
      channel_id: sim.home.channelId,
      context: InteractionContextType.Guild,
      authorizing_integration_owners: { 0: sim.home.guildId },
      attachment_size_limit: 10_485_760,
      entitlements: [],
      locale: 'de',
      guild_locale: 'en-US',
      member: { user: { id: '100', username: 'ada', global_name: 'Ada' } },
      data: {
        name: 'ask',
        type: 1,
        options: [
          { name: 'prompt', type: 3, value: 'hi' },
          { name: 'packs', type: 4, value: 2 },
        ],
      },
    });
    expect(seen[0]).not.toHaveProperty('user');
    expect(seen[1]).toMatchObject({
      context: InteractionContextType.BotDM,
      authorizing_integration_owners: { 0: '0' },
      user: { id: '100' },
      channel: { type: 1 },
    });
    expect(seen[1]).not.toHaveProperty('member');
    expect(seen[1]).not.toHaveProperty('guild_id');
  });

  it('can be sent once more, with the same id', async () => {
    const { sim } = await startDiscord();
    const ids: string[] = [];
    await startEndpoint(sim, (interaction) => {
      ids.push(interaction.id);
      return { type: 5 };
    });
    const asked = sim.member().command('ask');
    await asked.acknowledged;
    expect((await sim.probes.again(asked.record)).status).toBe(200);
    expect(ids).toEqual([asked.id, asked.id]);
  });
});

describe('a button', () => {
  it('is pressed by who sees it, and can change its own message', async () => {
    const { sim, rest } = await startDiscord();
    await startEndpoint(sim, (interaction) => {
      if (interaction.type === InteractionType.ApplicationCommand) {
        return { type: 4, data: { content: 'private', components: [ROW], flags: MessageFlags.Ephemeral } };
      }
      return { type: InteractionResponseType.UpdateMessage, data: { content: 'changed', components: [] } };
    });
    const ada = sim.member('100');
    const asked = ada.command('ask');
    await asked.acknowledged;
    const reply = asked.reply();
    expect(reply?.buttons.map(({ label, customId, url, disabled }) => [label, customId, url, disabled])).toEqual([
      ['Receipt', 'receipt:1', null, false],
      ['Old', 'old', null, true],
      ['Pay', null, 'https://example.com/pay', false],
    ]);
    const id = reply?.id ?? '';
    expect(() => sim.member('101').click(id, 'receipt:1')).toThrow('can see');
    expect(() => ada.click(id, 'receipt:2')).toThrow('expected a component receipt:2, got receipt:1, old');
    expect(() => ada.click(id, 'old')).toThrow('disabled');
    const pressed = ada.click(id, 'receipt:1');
    await pressed.done;
    expect(pressed.record.payload).toMatchObject({
      type: InteractionType.MessageComponent,
      data: { component_type: 2, custom_id: 'receipt:1', id: 2 },
      message: { id, content: 'private', flags: MessageFlags.Ephemeral },
    });
    expect(asked.reply()).toMatchObject({ id, content: 'changed', buttons: [] });
    expect(pressed.reply()?.id).toBe(id);
    await rest.patch(Routes.webhookMessage(sim.applicationId, pressed.record.token), {
      body: { content: 'again' },
      auth: false,
    });
    expect(asked.reply()?.content).toBe('again');
  });

  it('on a public message answers privately, and a select menu brings its values', async () => {
    const { sim, rest } = await startDiscord();
    const seen: APIInteraction[] = [];
    await startEndpoint(sim, (interaction) => {
      seen.push(interaction);
      return { type: 4, data: { content: 'yours', flags: MessageFlags.Ephemeral } };
    });
    const options = [{ label: 'One', value: '1' }];
    const menu = {
      type: ComponentType.ActionRow,
      components: [{ type: ComponentType.StringSelect, custom_id: 'menu', options }],
    };
    await rest.post(Routes.channelMessages(sim.home.channelId), { body: { content: 'hi', components: [ROW, menu] } });
    const ada = sim.member('100');
    const [message] = ada.sees(sim.home.channelId);
    const pressed = ada.click(message ?? '', 'receipt:1');
    expect(await pressed.acknowledged).toMatchObject({ ephemeral: true });
    expect(sim.member('101').sees(sim.home.channelId)).toHaveLength(1);
    await ada.click(message ?? '', 'menu', ['1']).done;
    expect(seen[1]?.data).toMatchObject({ component_type: 3, custom_id: 'menu', values: ['1'] });
  });
});

describe('a modal', () => {
  const input = { type: ComponentType.TextInput, custom_id: 'mail', style: 1, min_length: 3, max_length: 20 };
  const modal = {
    custom_id: 'form',
    title: 'Your e-mail',
    components: [{ type: ComponentType.Label, label: 'E-mail', component: input }],
  };

  it('is opened by an answer and submitted with what was typed', async () => {
    const { sim } = await startDiscord();
    await startEndpoint(sim, (interaction) => {
      if (interaction.type === InteractionType.ModalSubmit) return { type: 4, data: { content: 'thanks' } };
      return { type: InteractionResponseType.Modal, data: modal };
    });
    const ada = sim.member();
    const opened = ada.command('subscribe');
    await opened.done;
    expect(opened.modal()?.title).toBe('Your e-mail');
    expect(() => ada.submitModal(opened, {})).toThrow('expected a text for mail');
    expect(() => ada.submitModal(opened, { mail: 'a@' })).toThrow('expected 3 to 20 characters for mail, got 2');
    expect(() => ada.submitModal(opened, { mail: 'a'.repeat(21) })).toThrow('got 21');
    const sent = ada.submitModal(opened, { mail: 'ada@example.com' });
    await sent.done;
    expect(sent.record.payload.data).toMatchObject({
      custom_id: 'form',
      components: [{ type: 18, component: { type: 4, custom_id: 'mail', value: 'ada@example.com' } }],
    });
    expect(sent.reply()?.content).toBe('thanks');
    expect(() => ada.submitModal(sent, {})).toThrow('expected an interaction that opened a modal');
  });

  it.each<[string, object]>([
    ['Must be between 1 and 45', { title: 'x'.repeat(46) }],
    ['This field is required', { components: [{ type: 18, component: input }] }],
    ['Must be between 1 and 45', { components: [{ type: 18, label: 'l'.repeat(46), component: input }] }],
    ['100 or fewer', { components: [{ type: 18, label: 'l', component: { ...input, placeholder: 'p'.repeat(101) } }] }],
    ['from 1 to 4000', { components: [{ type: 18, label: 'l', component: { ...input, max_length: 4_001 } }] }],
  ])('keeps to its limits: %s', async (problem, change) => {
    const { sim } = await startDiscord();
    await startEndpoint(sim, () => ({ type: 9, data: { ...modal, ...change } }));
    const opened = sim.member().command('subscribe');
    await opened.done;
    expect(opened.record.failureCause).toContain(problem);
  });
});
