import { describe, expect, it, vi } from 'vitest';
import type { AnswerView } from '../../../src/core/chat.ts';
import { expectWhole, receipt, texts, words } from './answer-bench.ts';
import { deferred } from './bench.ts';
import { startConnected, startUnconnected } from './gateway-bench.ts';

const FATAL: [number, RegExp][] = [
  [4_004, /token.*Reset Token/],
  [4_010, /shard/],
  [4_011, /more shards/],
  [4_012, /version.*Update/],
  [4_013, /intents.*Update/],
  [4_014, /Privileged Gateway Intents/],
];

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
      await vi.waitFor(() => expect(platform.isConnected()).toBe(false));
      await view.finish(words(5_000), receipt);
      over.resolve();
      const answers = () => member.sees(sim.home.channelId).filter(({ id }) => id !== asked.id && id !== meanwhile.id);
      expectWhole(answers(), words(5_000));
      const count = answers().length;
      await vi.waitFor(() => expect(texts(answers()).at(-1)).toBe(`answer to meanwhile\n\n${receipt.text}`), 4_000);
      expect(answers()).toHaveLength(count + 1);
      expect(prompts).toEqual(['first', 'meanwhile']);
      await vi.waitFor(() => expect(platform.isConnected()).toBe(true));
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
    await vi.waitFor(() => expect(platform.isConnected()).toBe(true));
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
    await vi.waitFor(() => expect(platform.isConnected()).toBe(true), 4_000);
    member.say('after', { dm: true });
    await vi.waitFor(() => expect(heard).toEqual(sessions === 1 ? ['meanwhile', 'after'] : ['after']));
    expect(sim.gateway.counts.sessions).toBe(sessions);
  });

  it.each(FATAL)('by close code %i is fatal once, with the cure', async (code, cure) => {
    const { sim, platform, fatal } = await startConnected();
    sim.gateway.disconnect({ code });
    await vi.waitFor(() => expect(fatal).toHaveLength(1));
    expect(fatal[0]?.message).toMatch(cure);
    expect(fatal[0]?.message).toContain(String(code));
    expect(platform.isConnected()).toBe(false);
    await platform.close();
    expect(sim.gateway.counts.connections).toBe(1);
  });
});

describe('connecting to the gateway', () => {
  it.each(FATAL)('fails with the cure when Discord closes with %i', async (code, cure) => {
    const { sim, platform, fatal } = await startUnconnected();
    sim.gateway.settings.refuseIdentify = [code];
    await expect(platform.connect()).rejects.toThrow(cure);
    expect(platform.isConnected()).toBe(false);
    expect(fatal).toEqual([]);
  });

  it('fails with the cure when the token is not accepted, and works once it is', async () => {
    const { sim, platform } = await startUnconnected();
    sim.faults.next({ route: 'get /gateway/bot', status: 401 });
    await expect(platform.connect()).rejects.toThrow(/Reset Token/);
    await platform.connect();
    expect(platform.isConnected()).toBe(true);
  });

  it('goes on trying while Discord is away', async () => {
    const { sim, platform, notes } = await startUnconnected();
    sim.faults.next({ route: 'get /gateway/bot', status: 500, times: 4 });
    await platform.connect();
    expect(platform.isConnected()).toBe(true);
    expect(notes).toContainEqual(expect.objectContaining({ level: 'warn', text: 'the gateway could not be opened' }));
  });

  it('ends when the gateway is left before it is open', async () => {
    const { sim, platform } = await startUnconnected();
    sim.gateway.settings.outage = 'cut';
    const connecting = platform.connect();
    await sim.gateway.waitFor(({ counts }) => counts.refused === 1);
    const failed = expect(connecting).rejects.toThrow('left before it was open');
    await platform.disconnect();
    await failed;
    sim.gateway.settings.outage = null;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(sim.gateway.counts.connections).toBe(0);
  });

  it('is possible again after leaving, and a turn under way goes on in between', async () => {
    const over = deferred();
    const { sim, platform, passTime } = await startConnected({
      async command(_, { packs }, __, responder) {
        await responder.acknowledge('private');
        if (packs === 1) await over.promise;
        await responder.reply({ text: `packs: ${packs}` });
      },
    });
    const member = sim.member();
    const first = member.command('topup', { packs: 1 });
    await first.acknowledged;
    await platform.disconnect();
    expect(platform.isConnected()).toBe(false);
    await sim.gateway.waitFor(({ sessions }) => sessions.length === 0);
    over.resolve();
    await first.done;
    expect(first.reply()?.content).toBe('packs: 1');
    passTime(5_001);
    await platform.connect();
    const second = member.command('topup', { packs: 2 });
    await second.done;
    expect(second.reply()?.content).toBe('packs: 2');
  });

  it('is harmless to leave twice, or without having been there', async () => {
    const { platform } = await startUnconnected();
    await platform.disconnect();
    await platform.connect();
    await Promise.all([platform.disconnect(), platform.disconnect()]);
    expect(platform.isConnected()).toBe(false);
  });
});
