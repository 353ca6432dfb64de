import { describe, expect, it } from 'vitest';
import { buttonsOf, expectWhole, receipt, startAnswer, texts, words } from './answer-bench.ts';
import { seen } from './bench.ts';

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
});
