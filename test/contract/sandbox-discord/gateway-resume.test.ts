import { Events } from 'discord.js';
import { describe, expect, it, vi } from 'vitest';
import { login, startGateway } from './gateway-client.ts';

/** A client that is logged in, and the texts that it hears. */
async function listen(heartbeatIntervalMs = 41_250) {
  const { sim, passTime } = await startGateway({ heartbeatIntervalMs });
  const { client } = await login(sim);
  const heard: string[] = [];
  client.on(Events.MessageCreate, ({ content }) => heard.push(content));
  const member = sim.member();
  return { sim, passTime, client, heard, say: (text: string) => member.say(text, { dm: true }) };
}

describe('a client of the gateway that loses its connection', () => {
  it.each([
    ['closed', 4_000],
    ['cut', null],
  ])('resumes when it was %s, and hears what it missed once', async (_, code) => {
    const { sim, heard, say } = await listen();
    say('before');
    await vi.waitFor(() => expect(heard).toEqual(['before']), 15_000);
    sim.gateway.disconnect({ code });
    await sim.gateway.waitFor(({ sessions }) => sessions.every(({ isConnected }) => !isConnected));
    say('meanwhile');
    await sim.gateway.waitFor(({ sessions }) => sessions.every(({ isConnected }) => isConnected));
    say('after');
    await vi.waitFor(() => expect(heard).toEqual(['before', 'meanwhile', 'after']), 15_000);
    expect(sim.gateway.counts).toEqual({
      connections: 2,
      refused: 0,
      identifies: 1,
      sessions: 1,
      resumes: 1,
      replayed: 1,
    });
  });

  it('resumes when it is asked to reconnect', async () => {
    const { sim, heard, say } = await listen();
    sim.gateway.askReconnect();
    await sim.gateway.waitFor(({ counts }) => counts.resumes === 1);
    say('after');
    await vi.waitFor(() => expect(heard).toEqual(['after']), 15_000);
    expect(sim.gateway.counts.identifies).toBe(1);
  });

  it('resumes when its heartbeats are not acknowledged', async () => {
    const { sim } = await listen(60);
    sim.gateway.settings.dropHeartbeats = true;
    await sim.gateway.waitFor(({ counts }) => counts.connections === 2);
    sim.gateway.settings.dropHeartbeats = false;
    await sim.gateway.waitFor(({ counts }) => counts.resumes === 1);
    sim.gateway.askHeartbeat();
    await sim.gateway.waitFor(({ sessions }) => sessions[0]?.isConnected === true);
  });

  it('resumes at once when its session is called invalid but resumable', async () => {
    const { sim } = await listen();
    sim.gateway.invalidate({ resumable: true });
    await sim.gateway.waitFor(({ counts }) => counts.resumes === 1);
    expect(sim.gateway.counts).toMatchObject({ connections: 1, identifies: 1 });
  });

  it.each([
    ['its session is invalid', 'invalidate' as const],
    ['the resume of it is refused', 'refuse' as const],
    ['it was closed for good', 'close' as const],
  ])('identifies anew when %s', async (_, how) => {
    const { sim, passTime, heard, say } = await listen();
    passTime(5_001);
    if (how === 'invalidate') sim.gateway.invalidate();
    else sim.gateway.disconnect(how === 'close' ? { code: 1_000 } : { code: 4_000, resumable: false });
    await sim.gateway.waitFor(({ counts }) => counts.sessions === 2);
    expect(sim.gateway.sessions).toHaveLength(1);
    say('after');
    await vi.waitFor(() => expect(heard).toEqual(['after']), 15_000);
  });

  it('identifies anew when the gateway was down, as discord.js forgets its session then', async () => {
    const { sim, passTime, heard, say } = await listen();
    passTime(5_001);
    sim.gateway.settings.outage = 'cut';
    sim.gateway.disconnect({ code: null });
    await sim.gateway.waitFor(({ sessions }) => sessions[0]?.isConnected === false);
    await sim.gateway.waitFor(({ counts }) => counts.refused === 1);
    sim.gateway.settings.outage = null;
    await sim.gateway.waitFor(({ counts }) => counts.sessions === 2);
    say('after');
    await vi.waitFor(() => expect(heard).toEqual(['after']), 15_000);
  });
});
