import { GatewayOpcodes } from 'discord-api-types/v10';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DiscordSimulator } from '../../../src/sandbox/discord/simulator.ts';
import { PLAIN_INTENTS, startGateway } from './gateway-client.ts';

interface Frame {
  op: number;
  d: unknown;
  s: number | null;
  t: string | null;
}

/** A bare WebSocket at the gateway, for what discord.js would never send. */
function connect(sim: DiscordSimulator, query = '?v=10&encoding=json') {
  const socket = new WebSocket(`${sim.url.replace('http', 'ws')}/gateway${query}`);
  const frames: Frame[] = [];
  const waiting: (() => void)[] = [];
  socket.addEventListener('message', ({ data }) => {
    frames.push(JSON.parse(String(data)));
    for (const wake of waiting.splice(0)) wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }));
  });
  onTestFinished(() => socket.close());
  return {
    closed,
    send: (frame: object | string) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    /** The next frame that was not taken yet. */
    async next(): Promise<Frame> {
      for (;;) {
        const frame = frames.shift();
        if (frame !== undefined) return frame;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

function identify(sim: DiscordSimulator, fields: object = {}) {
  return { op: GatewayOpcodes.Identify, d: { token: sim.token, intents: PLAIN_INTENTS, properties: {}, ...fields } };
}

/** A connection that was greeted, identified and told of its one guild. */
async function session(sim: DiscordSimulator) {
  const client = connect(sim);
  await client.next();
  client.send(identify(sim));
  const ready = await client.next();
  await client.next();
  return { ...client, ready: ready.d as { session_id: string; resume_gateway_url: string } };
}

describe('the protocol of the gateway', () => {
  it('greets with the interval, acknowledges heartbeats, and numbers its events', async () => {
    const { sim } = await startGateway();
    const client = connect(sim);
    expect(await client.next()).toEqual({
      op: GatewayOpcodes.Hello,
      d: { heartbeat_interval: 41_250 },
      s: null,
      t: null,
    });
    client.send({ op: GatewayOpcodes.Heartbeat, d: null });
    expect(await client.next()).toMatchObject({ op: GatewayOpcodes.HeartbeatAck });
    client.send(identify(sim));
    expect(await client.next()).toMatchObject({ op: GatewayOpcodes.Dispatch, t: 'READY', s: 1 });
    expect(await client.next()).toMatchObject({ op: GatewayOpcodes.Dispatch, t: 'GUILD_CREATE', s: 2 });
    client.send({ op: GatewayOpcodes.PresenceUpdate, d: { status: 'idle' } });
    client.send({ op: GatewayOpcodes.Heartbeat, d: 2 });
    expect(await client.next()).toMatchObject({ op: GatewayOpcodes.HeartbeatAck });
  });

  it.each([
    ['a wrong token', 4_004, { op: GatewayOpcodes.Identify, d: { token: 'wrong', intents: 0, properties: {} } }],
    ['an identify without properties', 4_002, { op: GatewayOpcodes.Identify, d: { token: 'wrong', intents: 0 } }],
    ['anything before it knows who speaks', 4_003, { op: GatewayOpcodes.PresenceUpdate, d: {} }],
    ['what is not JSON', 4_002, '{'],
    [
      'a resume with a wrong token',
      4_004,
      { op: GatewayOpcodes.Resume, d: { token: 'wrong', session_id: 'x', seq: 1 } },
    ],
  ])('closes on %s with %i', async (_, code, frame) => {
    const { sim } = await startGateway();
    const client = connect(sim);
    await client.next();
    client.send(frame);
    expect(await client.closed).toEqual({ code, reason: expect.stringMatching(/\.$/) });
  });

  it('closes on a second identify with 4005 and on an unknown opcode with 4001', async () => {
    const { sim, passTime } = await startGateway();
    const first = await session(sim);
    first.send(identify(sim));
    expect((await first.closed).code).toBe(4_005);
    passTime(5_001);
    const second = await session(sim);
    second.send({ op: 99, d: {} });
    expect((await second.closed).code).toBe(4_001);
  });

  it('closes on more than 120 frames a minute with 4008', async () => {
    const { sim, passTime } = await startGateway();
    const client = await session(sim);
    for (let sent = 1; sent < 120; sent += 1) client.send({ op: GatewayOpcodes.Heartbeat, d: 2 });
    await client.next();
    passTime(60_001);
    for (let sent = 0; sent < 121; sent += 1) client.send({ op: GatewayOpcodes.Heartbeat, d: 2 });
    expect((await client.closed).code).toBe(4_008);
  });

  it('closes on a client without a heartbeat with 4009', async () => {
    const { sim } = await startGateway({ heartbeatIntervalMs: 20 });
    const client = connect(sim);
    expect((await client.closed).code).toBe(4_009);
  });

  it('answers an identify within five seconds of the last with an invalid session', async () => {
    const { sim, passTime } = await startGateway();
    await session(sim);
    const hasty = connect(sim);
    await hasty.next();
    hasty.send(identify(sim));
    expect(await hasty.next()).toMatchObject({ op: GatewayOpcodes.InvalidSession, d: false });
    passTime(5_001);
    hasty.send(identify(sim));
    expect(await hasty.next()).toMatchObject({ t: 'READY' });
  });

  it('resumes a session after the event that the client names, and only that', async () => {
    const { sim } = await startGateway();
    const client = await session(sim);
    sim.gateway.disconnect({ code: null });
    await client.closed;
    const member = sim.member();
    for (const text of ['one', 'two']) member.say(text, { mention: true });
    const again = connect(sim, '?v=10');
    await again.next();
    again.send({ op: GatewayOpcodes.Resume, d: { token: sim.token, session_id: client.ready.session_id, seq: 3 } });
    expect(await again.next()).toMatchObject({
      t: 'MESSAGE_CREATE',
      s: 4,
      d: { content: expect.stringMatching(/two$/) },
    });
    expect(await again.next()).toMatchObject({ t: 'RESUMED', s: 5 });
    expect(sim.gateway.counts).toMatchObject({ identifies: 1, resumes: 1, replayed: 1 });
  });

  it('closes on a resume from an event that never was with 4007, and forgets the session', async () => {
    const { sim } = await startGateway();
    const client = await session(sim);
    sim.gateway.disconnect({ code: 4_000 });
    await client.closed;
    const resume = { op: GatewayOpcodes.Resume, d: { token: sim.token, session_id: client.ready.session_id, seq: 99 } };
    const again = connect(sim);
    await again.next();
    again.send(resume);
    expect((await again.closed).code).toBe(4_007);
    const third = connect(sim);
    await third.next();
    third.send({ ...resume, d: { ...resume.d, seq: 1 } });
    expect(await third.next()).toMatchObject({ op: GatewayOpcodes.InvalidSession, d: false });
  });

  it.each(['/gateway?v=10&encoding=etf', '/gateway?v=10&compress=zlib-stream', '/elsewhere'])(
    'refuses a connection to %s loudly',
    async (path) => {
      const { sim } = await startGateway();
      const socket = new WebSocket(`${sim.url.replace('http', 'ws')}${path}`);
      const failed = await new Promise((resolve) => {
        socket.addEventListener('error', () => resolve(true));
        socket.addEventListener('open', () => resolve(false));
      });
      expect(failed).toBe(true);
      expect(sim.gateway.counts.connections).toBe(0);
    },
  );
});
