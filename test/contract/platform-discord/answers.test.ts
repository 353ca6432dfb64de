import { describe, expect, it } from 'vitest';
import type { AnswerView, Reply, Visibility } from '../../../src/core/chat.ts';
import type { VisibleMessage } from '../../../src/sandbox/discord/people/visible-message.ts';
import { type BenchOptions, deferred, seen, startBench } from './bench.ts';

const stop = { label: 'Stop', action: 'stop:1', style: 'danger' as const };
const receipt: Reply = { text: '-# 12 tokens · ask 1', buttons: [{ label: 'Receipt', action: 'receipt:1' }] };

/** A bench whose command opens an answer and hands it to the test. */
async function startAnswer(visibility: Visibility = 'public', options: BenchOptions = {}) {
  const opened = deferred<AnswerView>();
  const over = deferred();
  const bench = await startBench({
    ...options,
    async command(_, __, ___, responder) {
      await responder.acknowledge(visibility);
      opened.resolve(await responder.openAnswer({ text: '…', buttons: [stop] }));
      await over.promise;
    },
    async action(_, __, responder) {
      await responder.reply({ text: 'stopped' });
    },
  });
  return { ...bench, view: opened.promise, end: over.resolve };
}

/** Words that can be told apart, about `length` characters in all. */
function words(length: number): string {
  return Array.from({ length: Math.ceil(length / 9) }, (_, index) => `w${String(index).padStart(7, '0')}`).join(' ');
}

function texts(messages: readonly VisibleMessage[]): string[] {
  return messages.map(({ content }) => content);
}

function buttonsOf(messages: readonly VisibleMessage[]): (string | null)[][] {
  return messages.map(({ buttons }) => buttons.map(({ customId }) => customId));
}

/** The texts without the footer are the answer, cut only at spaces. */
function expectWhole(messages: readonly VisibleMessage[], answer: string): void {
  expect(texts(messages).join(' ').replace(`\n\n${receipt.text}`, '').replace(` ${receipt.text}`, '')).toBe(answer);
}

describe('a streaming answer on Discord', () => {
  it('starts with the placeholder, grows by edits and ends with its footer in place of Stop', async () => {
    const { sim, view, end } = await startAnswer();
    const turn = sim.member().command('ask', { prompt: 'hi' });
    const answer = await view;
    expect(buttonsOf(await seen(turn, (all) => all[0]?.content === '…'))).toEqual([['stop:1']]);
    answer.show('Hello');
    await seen(turn, (all) => all[0]?.content === 'Hello');
    answer.show('Hello wor');
    answer.show('Hello world');
    expect(buttonsOf(await seen(turn, (all) => all[0]?.content === 'Hello world'))).toEqual([['stop:1']]);
    await answer.finish('Hello world!', receipt);
    end();
    const [message] = turn.messages();
    expect(message).toMatchObject({ content: `Hello world!\n\n${receipt.text}`, ephemeral: false });
    expect(buttonsOf(turn.messages())).toEqual([['receipt:1']]);
    expect(message?.history.map(({ content }) => content)).not.toContain('Hello wor');
    expect(message?.pings).toEqual({ everyone: false, here: false, roles: [], users: [] });
  });

  it('takes presses of its Stop button while it grows', async () => {
    const { sim, view, end } = await startAnswer();
    const member = sim.member();
    const turn = member.command('ask', { prompt: 'hi' });
    const answer = await view;
    const click = member.click(turn.reply()?.id ?? '', 'stop:1');
    await click.done;
    expect(click.reply()).toMatchObject({ content: 'stopped', ephemeral: true });
    await answer.finish('cut', receipt);
    end();
  });

  it('goes on in further messages, with Stop below the last one only, and loses nothing', async () => {
    const { sim, view, end } = await startAnswer();
    const turn = sim.member().command('ask', { prompt: 'hi' });
    const answer = await view;
    const text = words(7_000);
    for (let length = 500; length < text.length; length += 700) {
      answer.show(text.slice(0, length));
      await seen(turn, (all) => texts(all).join(' ').length >= length - 10);
    }
    const growing = turn.messages();
    expect(growing.length).toBeGreaterThan(3);
    expect(buttonsOf(growing)).toEqual([...growing.slice(1).map(() => []), ['stop:1']]);
    await answer.finish(text, receipt);
    end();
    const messages = turn.messages();
    expectWhole(messages, text);
    expect(buttonsOf(messages)).toEqual([...messages.slice(1).map(() => []), ['receipt:1']]);
    // A part is edited only while it grows.
    const firstFull = messages[0]?.history.findIndex(({ content }) => content === messages[0]?.content) ?? -1;
    expect(messages[0]?.history.slice(firstFull).length).toBeLessThanOrEqual(2);
  });

  it('puts a footer that does not fit into a message of its own', async () => {
    const { sim, view, end } = await startAnswer();
    const turn = sim.member().command('ask', { prompt: 'hi' });
    const text = 'x'.repeat(1_995);
    await (await view).finish(text, receipt);
    end();
    expect(texts(turn.messages())).toEqual([text, receipt.text]);
    expect(buttonsOf(turn.messages())).toEqual([[], ['receipt:1']]);
  });

  it('keeps a code block whole across messages', async () => {
    const { sim, view, end } = await startAnswer();
    const turn = sim.member().command('ask', { prompt: 'hi' });
    const code = Array.from({ length: 200 }, (_, index) => `const value${index} = ${index};`).join('\n');
    await (await view).finish(`\`\`\`ts\n${code}\n\`\`\``, receipt);
    end();
    const messages = texts(turn.messages());
    for (const content of messages) expect(content).toMatch(/^```ts\nconst [\s\S]*;\n```/);
    const lines = messages.join('\n').split('\n');
    expect(lines.filter((line) => line.startsWith('const')).join('\n')).toBe(code);
  });

  it('shows the footer alone when there is no answer, and takes further parts back', async () => {
    const { sim, view, end } = await startAnswer();
    const turn = sim.member().command('ask', { prompt: 'hi' });
    const answer = await view;
    answer.show(words(3_000));
    await seen(turn, (all) => all.length === 2);
    await answer.finish('', { text: 'The model failed. Nothing was charged.' });
    end();
    expect(texts(turn.messages())).toEqual(['The model failed. Nothing was charged.']);
    expect(buttonsOf(turn.messages())).toEqual([[]]);
  });

  it('stays private where it was acknowledged privately', async () => {
    const { sim, view, end } = await startAnswer('private');
    const turn = sim.member().command('ask', { prompt: 'hi' });
    const text = words(3_000);
    await (await view).finish(text, receipt);
    end();
    expectWhole(turn.messages(), text);
    for (const message of turn.messages()) expect(message.ephemeral).toBe(true);
  });

  it('sends what is beyond five follow-ups as a file where only the member installed the app', async () => {
    const { sim, view, end } = await startAnswer();
    const guild = sim.guild({ botInstalled: false });
    sim.channel({ guildId: guild.id, botAccess: 'none' });
    const turn = sim.member(undefined, { installed: 'user' }).command('ask', { prompt: 'hi' }, { guildId: guild.id });
    const answer = await view;
    const text = words(20_000);
    answer.show(text);
    await seen(turn, (all) => all.length === 6);
    await answer.finish(text, receipt);
    end();
    const messages = turn.messages();
    expect(messages).toHaveLength(6);
    expect(messages.at(-1)?.attachments).toEqual([{ name: 'answer.md', text }]);
    expect(messages.at(-1)?.content).toContain(receipt.text);
    expect(buttonsOf(messages).at(-1)).toEqual(['receipt:1']);
    expect(text).toContain(texts(messages.slice(0, -1)).join(' '));
  });

  it('delivers the end under the rate limits of Discord', async () => {
    const { sim, view, end, passTime, notes } = await startAnswer('public', { rateLimits: 'real' });
    const turn = sim.member().command('ask', { prompt: 'hi' });
    const answer = await view;
    // The placeholder opened a window of five edits in five seconds; most of that time is spared the test.
    passTime(4_500);
    for (let length = 1; length <= 12; length += 1) {
      answer.show('x'.repeat(length));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await answer.finish('the end', receipt);
    end();
    expect(turn.reply()?.content).toBe(`the end\n\n${receipt.text}`);
    expect(notes).toContainEqual(expect.objectContaining({ text: 'an edit of an answer failed' }));
    expect(sim.store.calls.filter(({ status }) => status === 429)).toEqual([]);
  });

  it('waits for Discord to make the message that was promised', async () => {
    const { sim, view, end } = await startAnswer();
    const route = 'patch /webhooks/:applicationId/:token/messages/:messageId';
    sim.faults.next({ route, status: 404, code: 10015, times: 2 });
    const turn = sim.member().command('ask', { prompt: 'hi' });
    await (await view).finish('here', receipt);
    end();
    expect(turn.reply()?.content).toBe(`here\n\n${receipt.text}`);
  });

  it.each([
    ['an edit that fails', { status: 500 }],
    ['an edit whose answer is lost', { close: true, afterEffect: true }],
    ['a connection that breaks', { close: true }],
    ['a 429', { status: 429, retryAfter: 0.05 }],
  ])('makes up for %s', async (_, fault) => {
    const { sim, view, end } = await startAnswer();
    const turn = sim.member().command('ask', { prompt: 'hi' });
    const answer = await view;
    sim.faults.next({ ...fault, route: 'patch /webhooks/:applicationId/:token/messages/:messageId' });
    answer.show('first');
    sim.faults.next({ ...fault, route: 'patch /webhooks/:applicationId/:token/messages/:messageId' });
    await answer.finish('first and last', receipt);
    end();
    expect(turn.reply()?.content).toBe(`first and last\n\n${receipt.text}`);
  });
});

const MINUTES = 60_000;

describe('an answer that outlives its interaction', () => {
  it('goes on by the bot in the channel', async () => {
    const { sim, view, end, passTime } = await startAnswer();
    const turn = sim.member().command('ask', { prompt: 'hi' });
    const answer = await view;
    const text = words(5_000);
    answer.show(text.slice(0, 900));
    await seen(turn, (all) => (all[0]?.content.length ?? 0) > 800);
    passTime(16 * MINUTES);
    await answer.finish(text, receipt);
    end();
    const member = sim.member(turn.record.userId);
    const there = member.sees(sim.home.channelId);
    expectWhole(there, text);
    expect(there[0]?.id).toBe(turn.reply()?.id);
    expect(member.dms()).toEqual([]);
  });

  it('goes on when Discord ends the token early', async () => {
    const { sim, view, end } = await startAnswer();
    const turn = sim.member().command('ask', { prompt: 'hi' });
    const answer = await view;
    const route = 'patch /webhooks/:applicationId/:token/messages/:messageId';
    sim.faults.next({ route, status: 401, code: 50027 });
    await answer.finish('the end', receipt);
    end();
    expect(turn.reply()?.content).toBe(`the end\n\n${receipt.text}`);
  });

  it.each([
    ['the answer was private', 'private' as const, 'full' as const],
    ['the bot may not write in the channel', 'public' as const, 'none' as const],
  ])('comes whole by DM where %s', async (_, visibility, botAccess) => {
    const { sim, view, end, passTime } = await startAnswer(visibility);
    const channel = sim.channel({ botAccess });
    const member = sim.member();
    member.command('ask', { prompt: 'hi' }, { channelId: channel.id });
    const answer = await view;
    const text = words(5_000);
    answer.show(text.slice(0, 900));
    passTime(16 * MINUTES);
    await answer.finish(text, receipt);
    end();
    expectWhole(member.dms(), text);
    expect(buttonsOf(member.dms()).at(-1)).toEqual(['receipt:1']);
  });

  it('says so when the member takes no DMs either', async () => {
    const { sim, view, end, passTime } = await startAnswer('private');
    sim.member(undefined, { dms: 'closed' }).command('ask', { prompt: 'hi' });
    const answer = await view;
    passTime(16 * MINUTES);
    await expect(answer.finish('the end', receipt)).rejects.toMatchObject({ name: 'PlatformError', fault: 'refused' });
    end();
  });

  it('comes by DM when its message was deleted', async () => {
    const { sim, view, end } = await startAnswer();
    const member = sim.member();
    const turn = member.command('ask', { prompt: 'hi' });
    const answer = await view;
    const stored = sim.store.messages.get(turn.reply()?.id ?? '');
    if (stored) stored.deleted = true;
    await answer.finish('the end', receipt);
    end();
    expect(texts(member.dms())).toEqual([`the end\n\n${receipt.text}`]);
  });
});
