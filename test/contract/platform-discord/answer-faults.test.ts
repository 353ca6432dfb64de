import { describe, expect, it } from 'vitest';
import { receipt, startAnswer } from './answer-bench.ts';
import { seen } from './bench.ts';

describe('a streaming answer, when Discord makes trouble', () => {
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
    answer.show('first');
    await seen(turn, (all) => all[0]?.content === 'first');
    sim.faults.next({ ...fault, route: 'patch /webhooks/:applicationId/:token/messages/:messageId' });
    await answer.finish('first and last', receipt);
    end();
    expect(turn.reply()?.content).toBe(`first and last\n\n${receipt.text}`);
  });
});
