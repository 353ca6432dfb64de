import { SnowflakeUtil } from 'discord.js';
import { describe, expect, it, vi } from 'vitest';
import type { CommandOptions, Turn } from '../../../src/core/chat/chat.ts';
import { deferred, seen } from './bench.ts';
import { startConnected, startUnconnected } from './gateway-bench.ts';

const CALLBACK = 'post /interactions/:interactionId/:token/callback';

describe('an interaction that comes by the gateway', () => {
  it('is a command with its options, answered privately', async () => {
    const heard: { name: string; options: CommandOptions; turn: Turn }[] = [];
    const { sim } = await startConnected({
      async command(name, options, turn, responder) {
        heard.push({ name, options, turn });
        await responder.reply({ text: 'one', buttons: [{ label: 'More', action: 'more:1' }] });
        await responder.reply({ text: 'two' });
      },
    });
    const member = sim.member();
    const turn = member.command('topup', { packs: 3 });
    const messages = await seen(turn, (all) => all.length === 2);
    expect(messages).toMatchObject([
      { content: 'one', ephemeral: true, buttons: [{ customId: 'more:1' }] },
      { content: 'two', ephemeral: true },
    ]);
    const by = { platform: 'discord', workspace: '', user: member.id };
    const inHome = { isPrivatePlace: false, space: sim.home.guildId, channels: [sim.home.channelId] };
    expect(heard).toEqual([
      {
        name: 'topup',
        options: { packs: 3 },
        turn: { by, cause: turn.id, causedAt: SnowflakeUtil.timestampFrom(turn.id), ...inHome },
      },
    ]);
    expect(await turn.acknowledged).toMatchObject({ via: 'callback' });
  });

  it('is a press of a button, in a DM too', async () => {
    const pressed: [string, boolean][] = [];
    const { sim } = await startConnected({
      command: async (_, __, ___, responder) =>
        responder.reply({ text: 'Choose', buttons: [{ label: 'Go', action: 'go:1' }] }),
      async action(action, turn, responder) {
        pressed.push([action, turn.isPrivatePlace]);
        await responder.reply({ text: 'gone' });
      },
    });
    const member = sim.member();
    const turn = member.command('topup', {}, { dm: true });
    await turn.done;
    const press = member.click(turn.reply()?.id ?? '', 'go:1');
    await press.done;
    expect(press.reply()).toMatchObject({ content: 'gone' });
    expect(pressed).toEqual([['go:1', true]]);
  });

  it('is acknowledged by the platform when the app is slow', async () => {
    const over = deferred();
    const { sim } = await startConnected({
      ackDeadlineMs: 20,
      async command(_, __, ___, responder) {
        await over.promise;
        await responder.reply({ text: 'slow' });
      },
    });
    const turn = sim.member().command('topup');
    expect(await turn.acknowledged).toMatchObject({ type: 5, ephemeral: true });
    over.resolve();
    await turn.done;
    expect(turn.reply()?.content).toBe('slow');
  });

  it.each([
    ['was lost', { status: 503 }],
    ['arrived though its answer was lost', { close: true, afterEffect: true }],
  ])('is answered once when the first response %s', async (_, fault) => {
    const { sim, notes } = await startConnected({
      command: async (_, __, ___, responder) => responder.reply({ text: 'here' }),
    });
    sim.faults.next({ route: CALLBACK, ...fault });
    const turn = sim.member().command('topup');
    await seen(turn, (all) => all.length === 1);
    await vi.waitFor(() => expect(sim.store.calls.filter(({ route }) => route === CALLBACK)).toHaveLength(2), 15_000);
    expect(turn.messages()).toMatchObject([{ content: 'here', ephemeral: true }]);
    expect(notes.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('says that it knows nothing of what it does not know', async () => {
    const { sim } = await startConnected();
    sim.store.commands.clear();
    const unknown = sim.member().command('other');
    await unknown.done;
    expect(unknown.reply()?.content).toMatch(/^This is not something I know/);
  });
});

describe('the platform at the gateway', () => {
  it('asks for no privileged intent and is there once it is connected', async () => {
    const { sim, platform } = await startUnconnected();
    expect(platform.isConnected()).toBe(false);
    await Promise.all([platform.connect(), platform.connect()]);
    expect(sim.gateway.sessions).toMatchObject([{ intents: (1 << 0) | (1 << 9) | (1 << 12), isConnected: true }]);
    expect(platform.isConnected()).toBe(true);
    await platform.connect();
    expect(sim.gateway.counts.identifies).toBe(1);
  });

  it('brings as many shards as Discord asks for', async () => {
    const { sim, platform, passTime } = await startUnconnected();
    sim.gateway.settings.requiredShards = 2;
    const connecting = platform.connect();
    await sim.gateway.waitFor(({ sessions }) => sessions.length === 1);
    expect(platform.isConnected()).toBe(false);
    passTime(5_001);
    await connecting;
    expect(sim.gateway.sessions.map(({ shard, shardCount }) => [shard, shardCount]).toSorted()).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  it('checks whose token it is, and that interactions come by the gateway', async () => {
    const { sim, platform } = await startUnconnected();
    await expect(platform.check()).resolves.toBeUndefined();
    sim.setInteractionsUrl('https://bot.example/discord/interactions');
    await expect(platform.check()).rejects.toThrow(/Interactions Endpoint URL.*General Information/);
    sim.faults.next({ route: 'get /applications/@me', status: 401 });
    await expect(platform.check()).rejects.toThrow(/does not accept the bot's token/);
  });

  it('ends what is under way and puts off what comes while it closes', async () => {
    const over = deferred();
    const asked: string[] = [];
    const { sim, platform } = await startConnected({
      async command(name, _, __, responder) {
        asked.push(name);
        await responder.acknowledge('public');
        await over.promise;
        await responder.reply({ text: 'to the end' });
      },
    });
    const member = sim.member();
    const running = member.command('topup');
    await running.acknowledged;
    const closing = platform.close();
    const late = member.command('topup');
    await late.done;
    expect(late.reply()).toMatchObject({ content: expect.stringContaining('restarted'), ephemeral: true });
    member.say('and now?', { mention: true });
    over.resolve();
    await closing;
    expect(running.reply()?.content).toBe('to the end');
    expect(asked).toEqual(['topup']);
    expect(platform.isConnected()).toBe(false);
    await sim.gateway.waitFor(({ sessions }) => sessions.length === 0);
    await expect(platform.connect()).rejects.toThrow('not closed');
  });
});
