import { SnowflakeUtil } from 'discord.js';
import { describe, expect, it, vi } from 'vitest';
import type { CommandOptions, Turn } from '../../../src/core/chat/chat.ts';
import type { VisibleMessage } from '../../../src/sandbox/discord/people/visible-message.ts';
import { expectWhole, receipt, texts, words } from './answer-bench.ts';
import { type BenchOptions, deferred } from './bench.ts';
import { startConnected } from './gateway-bench.ts';

const POST = 'post /channels/:channelId/messages';
const nobody = { everyone: false, here: false, roles: [], users: [] };

type Command = NonNullable<BenchOptions['command']>;

/** What a bot does with a question: it answers with the question itself. */
const echo: Command = async (_, { prompt }, turn, responder) => {
  await responder.acknowledge(turn.isPrivatePlace ? 'private' : 'public');
  const view = await responder.openAnswer({ text: 'Thinking…', buttons: [{ label: 'Stop', action: 'stop:1' }] });
  await view.finish(`You said: ${prompt}`, receipt);
};

async function start(options: BenchOptions = {}) {
  const asked: { name: string; options: CommandOptions; turn: Turn }[] = [];
  const command = options.command ?? echo;
  const bench = await startConnected({
    ...options,
    async command(name, given, turn, responder) {
      asked.push({ name, options: given, turn });
      await command(name, given, turn, responder);
    },
  });
  const { sim } = bench;
  const isBots = ({ authorId }: VisibleMessage) => authorId === sim.applicationId;
  const member = sim.member();
  return {
    ...bench,
    asked,
    member,
    /** What the bot wrote into the home channel, when that is this many messages and none has buttons to stop it. */
    answers: (count = 1, channel = sim.home.channelId) =>
      vi.waitFor(() => {
        const all = member.sees(channel).filter(isBots);
        expect(all).toHaveLength(count);
        expect(all.some(({ content }) => content.startsWith('Thinking'))).toBe(false);
        return all;
      }, 15_000),
    dms: (count: number) =>
      vi.waitFor(() => {
        const all = member.dms().filter(isBots);
        expect(all).toHaveLength(count);
        return all;
      }, 15_000),
  };
}

describe('a message to the bot', () => {
  it('is asked when it mentions the bot, and answered as a reply that pings nobody', async () => {
    const { sim, asked, member, answers } = await start();
    const said = member.say('What is @everyone?', { mention: true });
    const [answer] = await answers();
    expect(answer).toMatchObject({
      content: `You said: What is @everyone?\n\n${receipt.text}`,
      ephemeral: false,
      buttons: [{ customId: 'receipt:1' }],
      pings: nobody,
    });
    expect(sim.store.messages.get(answer?.id ?? '')?.message.message_reference?.message_id).toBe(said.id);
    const by = { platform: 'discord', workspace: '', user: member.id };
    const options = { prompt: 'What is @everyone?' };
    const inHome = { isPrivatePlace: false, space: sim.home.guildId, channels: [sim.home.channelId] };
    expect(asked).toEqual([
      { name: 'ask', options, turn: { by, cause: said.id, causedAt: SnowflakeUtil.timestampFrom(said.id), ...inHome } },
    ]);
    expect(sim.store.calls.some(({ route }) => route === 'post /channels/:channelId/typing')).toBe(true);
  });

  it('is asked when it mentions the role that Discord made for the bot, and no other', async () => {
    const { sim, asked, member, answers } = await start();
    sim.gateway.settings.roleMentionsAreRead = true;
    member.say(`<@&${sim.guild().botRole}> you?`);
    member.say('Who are you?', { mention: 'role' });
    await answers();
    expect(asked).toMatchObject([{ options: { prompt: 'Who are you?' } }]);
  });

  it('that mentions its role, where Discord does not show the text, is told how to ask', async () => {
    const { asked, member, answers } = await start();
    member.say('Who are you?', { mention: 'role' });
    const [hint] = await answers();
    expect(hint).toMatchObject({ content: expect.stringContaining('me rather than my role'), pings: nobody });
    expect(asked).toEqual([]);
  });

  it('is asked when it replies to what the bot wrote with a ping', async () => {
    const { asked, member, answers } = await start();
    member.say('one', { mention: true });
    const [first] = await answers();
    member.say('two', { replyTo: first?.id ?? '' });
    await answers(2);
    member.say('unmeant', { replyTo: first?.id ?? '', ping: false });
    member.say('three', { mention: true });
    await answers(3);
    expect(asked.map(({ options }) => options.prompt)).toEqual(['one', 'two', 'three']);
  });

  it('is asked in a DM without a mention, and answered there', async () => {
    const { asked, member, dms } = await start();
    member.say('hello', { dm: true });
    const [dm] = await dms(1);
    await vi.waitFor(() => expect(member.dms().at(-1)?.content).toBe(`You said: hello\n\n${receipt.text}`), 15_000);
    expect(dm?.channelId).toBe(member.dms()[0]?.channelId);
    const inDm = { isPrivatePlace: true, space: null, channels: [dm?.channelId] };
    expect(asked).toMatchObject([{ options: { prompt: 'hello' }, turn: inDm }]);
  });

  it('is not asked by other bots, by nobody in particular, or a second time when it is edited', async () => {
    const { sim, asked, member, answers } = await start();
    const bot = sim.member(undefined, { name: 'Other bot' });
    bot.person.user.bot = true;
    bot.say('are you a bot?', { mention: true });
    member.say('hello all');
    member.say('@everyone');
    const said = member.say('asked', { mention: true });
    await answers();
    member.edit(said, `<@${sim.applicationId}> asked again`);
    member.say('last', { mention: true });
    await answers(2);
    expect(asked.map(({ options }) => options.prompt)).toEqual(['asked', 'last']);
  });

  it('is told apart from one whose text Discord does not show', async () => {
    const { asked, member, answers } = await start();
    const turn = member.command('ask', { prompt: 'by command' });
    await answers();
    await vi.waitFor(() => expect(turn.reply()?.content).toContain('by command'), 15_000);
    member.say('and what else?', { replyTo: turn.reply()?.id ?? '' });
    const [, hint] = await answers(2);
    expect(hint).toMatchObject({ content: expect.stringContaining('Mention me in the text'), pings: nobody });
    expect(asked).toHaveLength(1);
  });
});

describe('a private reply to a message', () => {
  const refuse: Command = async (_, __, ___, responder) => {
    await responder.acknowledge('private');
    await responder.reply({
      text: 'You have 12 tokens left.',
      buttons: [{ label: 'Buy', url: 'https://example.com' }],
    });
    await responder.reply({ text: 'And a notice.' });
  };

  it('goes by DM, so that nobody in the channel sees it', async () => {
    const { member, dms, sim } = await start({ command: refuse });
    const said = member.say('hi', { mention: true });
    expect(await dms(2)).toMatchObject([
      { content: 'You have 12 tokens left.', buttons: [{ url: 'https://example.com' }] },
      { content: 'And a notice.' },
    ]);
    expect(member.sees(sim.home.channelId).map(({ id }) => id)).toEqual([said.id]);
  });

  it.each(['closed', 'no-mutual-guild'] as const)(
    'leaves one word without any figure in the channel where the member takes no DMs (%s), and fails',
    async (closed) => {
      const faults: unknown[] = [];
      const { sim, member, answers } = await start({
        async command(_, __, ___, responder) {
          for (const text of ['You have 12 tokens left.', 'And a notice.']) {
            await responder.reply({ text }).catch((error: unknown) => faults.push(error));
          }
          await responder.openAnswer({ text: '…' }).catch((error: unknown) => faults.push(error));
        },
      });
      member.person.dms = closed;
      member.say('hi', { mention: true });
      await vi.waitFor(() => expect(faults).toHaveLength(3), 15_000);
      const [said] = await answers();
      expect(said?.content).toMatch(/does not let me send you a DM/);
      expect(said?.content).not.toMatch(/\d/);
      for (const fault of faults) expect(fault).toMatchObject({ name: 'PlatformError', fault: 'refused' });
      expect(sim.dms(member.id)).toEqual([]);
    },
  );

  it('says nothing of closed DMs below an answer that everybody sees', async () => {
    const failed = deferred<unknown>();
    const { member, answers } = await start({
      async command(_, given, turn, responder) {
        await echo('ask', given, turn, responder);
        await responder.reply({ text: 'A notice.' }).catch(failed.resolve);
      },
    });
    member.person.dms = 'closed';
    member.say('hi', { mention: true });
    expect(await failed.promise).toMatchObject({ fault: 'refused' });
    await answers(1);
  });

  it('stays in the DM where the member asked in one', async () => {
    const { sim, member, dms } = await start({ command: refuse });
    const said = member.say('hi', { dm: true });
    const [first, second] = await dms(2);
    const referenceOf = (id = '') => sim.store.messages.get(id)?.message.message_reference?.message_id;
    expect([referenceOf(first?.id), referenceOf(second?.id)]).toEqual([said.id, undefined]);
  });
});

describe('an answer to a message', () => {
  it('is whole when it is long, and keeps its order', async () => {
    const text = words(5_000);
    const { member, sim } = await start({
      async command(_, __, ___, responder) {
        await responder.acknowledge('public');
        const view = await responder.openAnswer({ text: '…' });
        view.show(text.slice(0, 900));
        await view.finish(text, receipt);
      },
    });
    member.say('long', { mention: true });
    await vi.waitFor(() => {
      const all = member.sees(sim.home.channelId).slice(1);
      expectWhole(all, text);
    }, 15_000);
  });

  it('goes by DM when it was acknowledged as private, or the channel takes nothing', async () => {
    const { sim, member, dms } = await start({
      async command(_, { prompt }, __, responder) {
        await responder.acknowledge(prompt === 'private' ? 'private' : 'public');
        await responder.acknowledge('public');
        const view = await responder.openAnswer({ text: '…' });
        await view.finish(`answer: ${prompt}`, receipt);
      },
    });
    member.say('private', { mention: true });
    await dms(1);
    const channel = sim.channel({ botAccess: 'read' });
    member.say('readable', { mention: true, channelId: channel.id });
    await dms(2);
    await vi.waitFor(() =>
      expect(texts(member.dms())).toEqual(
        ['private', 'readable'].map((prompt) => `answer: ${prompt}\n\n${receipt.text}`),
      ),
    );
    expect(member.sees(sim.home.channelId)).toHaveLength(1);
    expect(member.sees(channel.id)).toHaveLength(1);
  });

  it('is not doubled when the answers to its posts are lost, though it has grown since', async () => {
    const finished = deferred();
    const { sim, member, answers } = await start({
      async command(_, { prompt }, __, responder) {
        await responder.acknowledge('public');
        const view = await responder.openAnswer({ text: '…' });
        sim.faults.next({ route: POST, close: true, afterEffect: true });
        view.show(words(2_500));
        await vi.waitFor(() => expect(member.sees(sim.home.channelId)).toHaveLength(3), 15_000);
        await view.finish(`${words(2_500)} ${prompt}`, receipt);
        finished.resolve();
      },
    });
    member.say('end', { mention: true });
    await finished.promise;
    expectWhole(await answers(2), `${words(2_500)} end`);
  });

  it('gives a handle by which it can be closed later', async () => {
    const { platform, member, answers } = await start({
      async command(_, __, ___, responder) {
        await responder.acknowledge('public');
        const view = await responder.openAnswer({ text: 'Half of' });
        await platform.messenger.close(JSON.parse(JSON.stringify(view.handle)), 'Interrupted.');
      },
    });
    member.say('hi', { mention: true });
    await vi.waitFor(async () => expect((await answers())[0]?.content).toBe('Half of\n\nInterrupted.'));
  });

  it('survives an app that throws', async () => {
    const { member, notes } = await start({
      command: async () => {
        throw new Error('a mistake');
      },
    });
    member.say('hi', { mention: true });
    await vi.waitFor(() => expect(notes).toContainEqual(expect.objectContaining({ level: 'error' })), 15_000);
  });
});
