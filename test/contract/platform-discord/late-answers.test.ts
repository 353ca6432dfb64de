import { describe, expect, it } from 'vitest';
import { buttonsOf, expectWhole, receipt, startAnswer, texts, words } from './answer-bench.ts';
import { seen } from './bench.ts';

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

  it('leaves the token in peace before Discord ends it', async () => {
    const { sim, view, end, passTime } = await startAnswer();
    const turn = sim.member().command('ask', { prompt: 'hi' });
    const answer = await view;
    passTime(14.6 * MINUTES);
    const before = sim.store.calls.length;
    await answer.finish('the end', receipt);
    end();
    expect(sim.store.calls.slice(before).map(({ route }) => route)).toEqual([
      'patch /channels/:channelId/messages/:messageId',
    ]);
    expect(turn.reply()?.content).toBe(`the end\n\n${receipt.text}`);
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
