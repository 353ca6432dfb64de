import { describe, expect, it, vi } from 'vitest';
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

describe('a gateway that Discord closes for good', () => {
  it.each(FATAL)('with %i is fatal once, with the cure', async (code, cure) => {
    const { sim, platform, fatal } = await startConnected();
    sim.gateway.disconnect({ code });
    await vi.waitFor(() => expect(fatal).toHaveLength(1), 15_000);
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
