import { describe, expect, it, vi } from 'vitest';
import type { AnswerView } from '../../../src/core/chat/chat.ts';
import { expectWhole, receipt, texts, words } from './answer-bench.ts';
import { deferred } from './bench.ts';
import { startConnected } from './gateway-bench.ts';

describe('a gateway that is lost', () => {
  it.each([
    ['closed', 4_000],
    ['cut', null],
  ])(
    'in the middle of an answer (%s): the answer ends, nothing is doubled, and what was missed is heard',
    async (_, code) => {
      const opened = deferred<AnswerView>();
      const over = deferred();
      const prompts: unknown[] = [];
      const { sim, platform, notes } = await startConnected({
        async command(_, { prompt }, __, responder) {
          prompts.push(prompt);
          await responder.acknowledge('public');
          const view = await responder.openAnswer({ text: '…' });
          if (prompt !== 'first') return view.finish(`answer to ${prompt}`, receipt);
          opened.resolve(view);
          await over.promise;
        },
      });
      const member = sim.member();
      const asked = member.say('first', { mention: true });
      const view = await opened.promise;
      view.show(words(900));
      sim.gateway.disconnect({ code });
      await sim.gateway.waitFor(({ sessions }) => sessions[0]?.isConnected === false);
      const meanwhile = member.say('meanwhile', { mention: true });
      await vi.waitFor(() => expect(platform.isConnected()).toBe(false), 15_000);
      await view.finish(words(5_000), receipt);
      over.resolve();
      const answers = () => member.sees(sim.home.channelId).filter(({ id }) => id !== asked.id && id !== meanwhile.id);
      expectWhole(answers(), words(5_000));
      const count = answers().length;
      await vi.waitFor(() => expect(texts(answers()).at(-1)).toBe(`answer to meanwhile\n\n${receipt.text}`), 15_000);
      expect(answers()).toHaveLength(count + 1);
      expect(prompts).toEqual(['first', 'meanwhile']);
      await vi.waitFor(() => expect(platform.isConnected()).toBe(true), 15_000);
      expect(sim.gateway.counts).toMatchObject({ identifies: 1, resumes: 1 });
      expect(notes.map(({ text }) => text)).toContain('the gateway was lost: connecting again');
    },
  );

  it('is begun anew when its session has become invalid', async () => {
    const { sim, platform, passTime } = await startConnected({
      command: async (_, __, ___, responder) => responder.reply({ text: 'here' }),
    });
    passTime(5_001);
    sim.gateway.invalidate();
    await sim.gateway.waitFor(({ counts }) => counts.sessions === 2);
    await vi.waitFor(() => expect(platform.isConnected()).toBe(true), 15_000);
    const turn = sim.member().command('topup');
    await turn.done;
    expect(turn.messages()).toMatchObject([{ content: 'here' }]);
  });

  it.each([
    ['resumed though the network failed in between', null, 1],
    ['begun anew when Discord has forgotten the session meanwhile', false, 2],
    ['begun anew when Discord does not know the last event', 4_007, 2],
    ['begun anew when Discord has ended the session', 1_000, 2],
  ])('is %s', async (_, how, sessions) => {
    const heard: unknown[] = [];
    const { sim, platform, passTime } = await startConnected({
      command: async (_, { prompt }) => void heard.push(prompt),
    });
    passTime(5_001);
    const member = sim.member();
    sim.gateway.settings.outage = 'cut';
    sim.gateway.disconnect(typeof how === 'number' ? { code: how } : { code: null, resumable: how === null });
    await sim.gateway.waitFor(({ counts }) => counts.refused > 0);
    member.say('meanwhile', { dm: true });
    sim.gateway.settings.outage = null;
    await vi.waitFor(() => expect(platform.isConnected()).toBe(true), 15_000);
    member.say('after', { dm: true });
    await vi.waitFor(() => expect(heard).toEqual(sessions === 1 ? ['meanwhile', 'after'] : ['after']), 15_000);
    expect(sim.gateway.counts.sessions).toBe(sessions);
  });
});
