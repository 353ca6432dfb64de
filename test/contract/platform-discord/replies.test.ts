import { SnowflakeUtil } from 'discord.js';
import { describe, expect, it } from 'vitest';
import type { CommandOptions, Turn } from '../../../src/core/chat/chat.ts';
import { deferred, seen, startBench } from './bench.ts';

const nothing = { everyone: false, here: false, roles: [], users: [] };

describe('a reply on Discord', () => {
  it('hands the command, its options and who asked to the app', async () => {
    const heard: { name: string; options: CommandOptions; turn: Turn }[] = [];
    const { sim } = await startBench({
      async command(name, options, turn, responder) {
        heard.push({ name, options, turn });
        await responder.reply({ text: 'ok' });
      },
    });
    const member = sim.member();
    const inGuild = member.command('topup', { packs: 3 });
    await inGuild.done;
    const inDm = member.command('ask', { prompt: 'hi' }, { dm: true });
    await inDm.done;
    const by = { platform: 'discord', workspace: '', user: member.id };
    const inHome = { isPrivatePlace: false, space: sim.home.guildId, channels: [sim.home.channelId] };
    const dm = inDm.reply()?.channelId;
    expect(heard).toEqual([
      {
        name: 'topup',
        options: { packs: 3 },
        turn: { by, cause: inGuild.id, causedAt: SnowflakeUtil.timestampFrom(inGuild.id), ...inHome },
      },
      {
        name: 'ask',
        options: { prompt: 'hi' },
        turn: {
          by,
          cause: inDm.id,
          causedAt: SnowflakeUtil.timestampFrom(inDm.id),
          isPrivatePlace: true,
          space: null,
          channels: [dm],
        },
      },
    ]);
  });

  it('answers privately and at once when nothing was acknowledged', async () => {
    const { sim } = await startBench({
      command: async (_, __, ___, responder) => responder.reply({ text: 'For **you**' }),
    });
    const turn = sim.member().command('topup');
    await turn.done;
    expect(turn.reply()).toMatchObject({
      content: 'For **you**',
      ephemeral: true,
      history: [{ content: 'For **you**' }],
    });
  });

  it.each(['public', 'private'] as const)(
    'keeps the %s visibility of the first acknowledgement, and what follows is for the member alone',
    async (visibility) => {
      const { sim } = await startBench({
        async command(_, __, ___, responder) {
          await responder.acknowledge(visibility);
          await responder.acknowledge(visibility === 'public' ? 'private' : 'public');
          await responder.reply({ text: 'first' });
          await responder.reply({ text: 'second' });
        },
      });
      const turn = sim.member().command('topup');
      const messages = await seen(turn, (all) => all.length === 2 && all.every((each) => !each.loading));
      expect(messages.map(({ content }) => content)).toEqual(['first', 'second']);
      expect(messages.map(({ ephemeral }) => ephemeral)).toEqual([visibility === 'private', true]);
    },
  );

  it('shows every button in rows of five, with links and styles', async () => {
    const actions = Array.from({ length: 6 }, (_, index) => ({ label: `Button ${index}`, action: `act:${index}` }));
    const { sim } = await startBench({
      command: async (_, __, ___, responder) =>
        responder.reply({
          text: 'Choose',
          buttons: [
            { label: 'Pay', url: 'https://example.com/pay' },
            { label: 'Stop', action: 'stop', style: 'danger' },
            { label: 'Go', action: 'go', style: 'primary' },
            { label: 'x'.repeat(100), action: 'long' },
            ...actions,
            { label: 'Far', url: `https://example.com/${'x'.repeat(600)}` },
          ],
        }),
    });
    const turn = sim.member().command('topup');
    await turn.done;
    const reply = turn.reply();
    expect(reply?.components).toHaveLength(2);
    expect(reply?.buttons.slice(0, 4)).toMatchObject([
      { label: 'Pay', url: 'https://example.com/pay', style: 5 },
      { label: 'Stop', customId: 'stop', style: 4 },
      { label: 'Go', customId: 'go', style: 1 },
      { customId: 'long', style: 2 },
    ]);
    expect(reply?.buttons).toHaveLength(10);
    expect(reply?.content).toContain(`[Far](https://example.com/${'x'.repeat(600)})`);
  });

  it('pings nobody and loses nothing of a long text', async () => {
    const words = Array.from({ length: 1500 }, (_, index) => `word${index}`);
    const { sim } = await startBench({
      command: async (_, __, turn, responder) =>
        responder.reply({
          text: `@everyone <@${turn.by.user}> ${words.join(' ')}`,
          buttons: [{ label: 'More', action: 'more' }],
        }),
    });
    const turn = sim.member().command('topup');
    const messages = await seen(turn, (all) => all.at(-1)?.content.includes('word1499') ?? false);
    expect(messages.map(({ content }) => content).join(' ')).toContain(words.join(' '));
    for (const message of messages) expect(message).toMatchObject({ pings: nothing, ephemeral: true });
    expect(messages.map(({ buttons }) => buttons.length)).toEqual([...Array(messages.length - 1).fill(0), 1]);
  });

  it('acknowledges by itself, privately, when the app is slow', async () => {
    const slow = deferred();
    const { sim } = await startBench({
      ackDeadlineMs: 20,
      async command(_, __, ___, responder) {
        await slow.promise;
        await responder.acknowledge('public');
        await responder.reply({ text: 'at last' });
      },
    });
    const turn = sim.member().command('topup');
    expect(await turn.acknowledged).toMatchObject({ type: 5, ephemeral: true });
    slow.resolve();
    await turn.done;
    expect(turn.reply()).toMatchObject({ content: 'at last', ephemeral: true });
  });

  it('takes "is thinking…" away when the app has nothing to say after all', async () => {
    const { sim } = await startBench({ command: async (_, __, ___, responder) => responder.acknowledge('private') });
    const turn = sim.member().command('topup');
    await turn.acknowledged;
    expect(await seen(turn, (all) => all.length === 0)).toEqual([]);
  });

  it('tells a member who uses something unknown', async () => {
    const { sim } = await startBench({ acknowledgeWithinMs: 100 });
    const turn = sim.member().command('topup');
    await turn.acknowledged.catch(() => {});
    const payload = structuredClone(turn.record.payload) as unknown as { id: string; data: { name: string } };
    payload.id = `${payload.id.slice(0, -3)}999`;
    payload.data.name = 'gone';
    const answer = await sim.probes.signed(JSON.stringify(payload));
    expect(JSON.parse(answer.body)).toMatchObject({
      type: 4,
      data: { flags: 64, content: expect.stringContaining('any more') },
    });
  });
});

describe('a button on Discord', () => {
  it('brings its action back', async () => {
    const heard: { action: string; turn: Turn }[] = [];
    const { sim } = await startBench({
      command: async (_, __, ___, responder) =>
        responder.reply({ text: 'Go?', buttons: [{ label: 'Go', action: 'go:17' }] }),
      async action(action, turn, responder) {
        heard.push({ action, turn });
        await responder.reply({ text: 'gone' });
      },
    });
    const member = sim.member();
    const turn = member.command('topup');
    await turn.done;
    const click = member.click(turn.reply()?.id ?? '', 'go:17');
    await click.done;
    expect(click.reply()).toMatchObject({ content: 'gone', ephemeral: true });
    expect(heard).toEqual([
      {
        action: 'go:17',
        turn: {
          by: { platform: 'discord', workspace: '', user: member.id },
          cause: click.id,
          causedAt: SnowflakeUtil.timestampFrom(click.id),
          isPrivatePlace: false,
          space: sim.home.guildId,
          channels: [sim.home.channelId],
        },
      },
    ]);
  });

  it('is acknowledged without a word when the app says none', async () => {
    const { sim } = await startBench({
      command: async (_, __, ___, responder) =>
        responder.reply({ text: 'Go?', buttons: [{ label: 'Go', action: 'go' }] }),
    });
    const member = sim.member();
    const turn = member.command('topup');
    await turn.done;
    const click = member.click(turn.reply()?.id ?? '', 'go');
    expect(await click.acknowledged).toMatchObject({ type: 6 });
    expect(turn.reply()?.content).toBe('Go?');
  });
});
