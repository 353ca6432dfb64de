import { ChannelType, Events, GatewayIntentBits, REST, Routes } from 'discord.js';
import { describe, expect, it, vi } from 'vitest';
import { createClient, login, PLAIN_INTENTS, startGateway } from './gateway-client.ts';

describe('the gateway', () => {
  it('tells where it is, and how often it may be begun', async () => {
    const { sim } = await startGateway();
    const rest = new REST({ api: `${sim.url}/api` }).setToken(sim.token);
    const url = `${sim.url.replace('http', 'ws')}/gateway`;
    expect(await rest.get(Routes.gateway())).toEqual({ url });
    const limit = { total: 1_000, remaining: 1_000, reset_after: 86_400_000, max_concurrency: 1 };
    expect(await rest.get(Routes.gatewayBot())).toEqual({ url, shards: 1, session_start_limit: limit });
    rest.clearHashSweeper();
    rest.clearHandlerSweeper();
  });

  it('takes a discord.js client in and shows it its guilds', async () => {
    const { sim } = await startGateway();
    sim.guild({ name: 'Elsewhere', botInstalled: false });
    const { client } = await login(sim);
    expect(client.user?.id).toBe(sim.applicationId);
    expect(client.guilds.cache.map(({ id, name }) => ({ id, name }))).toEqual([{ id: sim.home.guildId, name: 'Home' }]);
    expect(client.channels.cache.get(sim.home.channelId)).toMatchObject({
      name: 'general',
      type: ChannelType.GuildText,
    });
    expect(sim.gateway.sessions).toMatchObject([
      { shard: 0, shardCount: 1, intents: PLAIN_INTENTS, isConnected: true },
    ]);
    const joined = new Promise((resolve) => client.once(Events.GuildCreate, resolve));
    sim.guild({ name: 'New' });
    expect(await joined).toMatchObject({ name: 'New' });
  });

  it('ends the session of a client that leaves', async () => {
    const { sim } = await startGateway();
    const { client } = await login(sim);
    await client.destroy();
    await sim.gateway.waitFor(({ sessions }) => sessions.length === 0);
  });

  it('brings interactions while there is no interactions URL', async () => {
    const { sim } = await startGateway();
    const { client } = await login(sim);
    client.on(Events.InteractionCreate, async (interaction) => {
      if (interaction.isChatInputCommand()) await interaction.reply(`/${interaction.commandName}`);
    });
    const turn = sim.member().command('help');
    await turn.done;
    expect(turn.reply()).toMatchObject({ content: '/help' });
    expect(await turn.acknowledged).toMatchObject({ via: 'callback' });
    sim.setInteractionsUrl('http://127.0.0.1:1/');
    const other = sim.member().command('help');
    await other.done;
    expect(other.failure()).toBe('The application did not respond');
  });

  it('tells the member when nobody is there or nobody answers', async () => {
    const { sim } = await startGateway({ acknowledgeWithinMs: 50 });
    const unheard = sim.member().command('help');
    await unheard.done;
    expect(unheard.record.failureCause).toContain('the bot is not at the gateway');
    await login(sim);
    const unanswered = sim.member().command('help');
    await unanswered.done;
    expect(unanswered.record.failureCause).toContain('no callback came');
  });

  it('spreads guilds over shards, and DMs to the first', async () => {
    const { sim, passTime } = await startGateway();
    sim.gateway.settings.requiredShards = 2;
    const far = sim.guild({ id: ((BigInt(sim.home.guildId) >> 22n) % 2n === 0n ? 1n << 22n : 2n << 22n).toString() });
    const channel = sim.channel({ guildId: far.id });
    // Between two identifies of one bucket lie five seconds.
    const waitForIdentify = async () => passTime(5_001);
    const { client } = await login(sim, {
      shards: 'auto',
      ws: { buildIdentifyThrottler: () => ({ waitForIdentify }) },
    });
    const heard: [string, number | undefined][] = [];
    client.on(Events.MessageCreate, (message) => heard.push([message.channelId, message.guild?.shardId]));
    const member = sim.member();
    member.say('here');
    member.say('there', { channelId: channel.id });
    const dm = member.say('privately', { dm: true });
    await vi.waitFor(() => expect(heard).toHaveLength(3), 15_000);
    const home = Number((BigInt(sim.home.guildId) >> 22n) % 2n);
    expect(heard.toSorted()).toEqual(
      [
        [sim.home.channelId, home],
        [channel.id, 1 - home],
        [dm.channelId, undefined],
      ].toSorted(),
    );
  });
});

describe('a message at the gateway', () => {
  /** What a client with these intents reads in the messages that a member writes. */
  async function reads(intents: number) {
    const { sim } = await startGateway();
    sim.gateway.settings.privilegedIntents = GatewayIntentBits.MessageContent;
    const { client } = await login(sim, { intents });
    const heard: string[] = [];
    client.on(Events.MessageCreate, ({ content }) => heard.push(content));
    return { sim, client, heard };
  }

  it('is without its content where the bot is not meant', async () => {
    const { sim, client, heard } = await reads(PLAIN_INTENTS);
    const member = sim.member();
    const channel = await client.channels.fetch(sim.home.channelId);
    if (!channel?.isSendable()) throw new Error('expected a channel to send to');
    const own = await channel.send('own');
    await vi.waitFor(() => expect(heard).toHaveLength(1), 15_000);
    member.say('plain');
    member.say('mentioned', { mention: true });
    member.say('reply with ping', { replyTo: own.id });
    member.say('reply without', { replyTo: own.id, ping: false });
    member.say('direct', { dm: true });
    await vi.waitFor(() => expect(heard).toHaveLength(6), 15_000);
    const mention = `<@${sim.applicationId}> mentioned`;
    expect(heard).toEqual(['own', '', mention, 'reply with ping', '', 'direct']);
  });

  it('is without its content where it replies to the answer of a command', async () => {
    const { sim, client, heard } = await reads(PLAIN_INTENTS);
    client.on(Events.InteractionCreate, async (interaction) => {
      if (interaction.isChatInputCommand()) await interaction.reply('answer');
    });
    const member = sim.member();
    const turn = member.command('ask');
    await turn.done;
    member.say('thanks', { replyTo: turn.reply()?.id ?? '' });
    await vi.waitFor(() => expect(heard).toEqual(['answer', '']), 15_000);
  });

  it('is whole with the intent for it, and absent without the intents for its place', async () => {
    const { sim, heard } = await reads(GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages | (1 << 15));
    const member = sim.member();
    member.say('direct', { dm: true });
    member.say('unseen', { channelId: sim.channel({ botAccess: 'none' }).id });
    member.say('plain');
    await vi.waitFor(() => expect(heard).toEqual(['plain']), 15_000);
  });

  it('tells of its changes and its end', async () => {
    const { sim, client } = await reads(PLAIN_INTENTS);
    const heard: unknown[] = [];
    client.on(Events.Raw as never, ({ t, d }: { t: string; d: { id: string; content?: string } }) => {
      if (t.startsWith('MESSAGE_')) heard.push([t, d.id, d.content]);
    });
    const member = sim.member();
    const said = member.say('frist', { mention: true });
    const fixed = `<@${sim.applicationId}> first`;
    member.edit(said, fixed);
    const rest = client.rest;
    await rest.delete(Routes.channelMessage(said.channelId, said.id));
    await vi.waitFor(() => expect(heard).toHaveLength(3), 15_000);
    expect(heard).toEqual([
      ['MESSAGE_CREATE', said.id, said.content],
      ['MESSAGE_UPDATE', said.id, fixed],
      ['MESSAGE_DELETE', said.id, undefined],
    ]);
  });
});

describe('an identify', () => {
  it.each([
    ['intents that nobody knows', 4_013, { intents: 1 << 30 }],
    ['a privileged intent that is not allowed', 4_014, { intents: GatewayIntentBits.GuildMembers }],
    ['fewer shards than are needed', 4_011, { shards: [0], shardCount: 1 }],
    ['a shard that cannot be', 4_010, { shards: [7], shardCount: 2 }],
    ['another version of the API', 4_012, { ws: { version: 9 } }],
  ])('with %s is refused with %i', async (_, code, options) => {
    const { sim } = await startGateway();
    if (code === 4_011) sim.gateway.settings.requiredShards = 2;
    const { client, closes } = createClient(sim, options);
    await expect(client.login(sim.token)).rejects.toThrow();
    expect(closes).toEqual([code]);
  });

  it('is not begun once none is left for the day', async () => {
    const { sim } = await startGateway();
    sim.gateway.settings.startsLeft = 0;
    const { client } = createClient(sim);
    await expect(client.login(sim.token)).rejects.toThrow('Not enough sessions remaining');
    expect(sim.gateway.counts.identifies).toBe(0);
  });
});
