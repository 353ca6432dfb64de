import { describe, expect, it } from 'vitest';
import { startBench } from './bench.ts';

describe('the interactions endpoint', () => {
  it('answers a PING with a PONG', async () => {
    const { sim } = await startBench();
    const answer = await sim.ping();
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ type: 1 });
  });

  it.each(['wrongKey', 'tamperedBody', 'tamperedTimestamp', 'garbage', 'unsigned'] as const)(
    'refuses a request that is %s and does nothing',
    async (probe) => {
      const { sim } = await startBench();
      const answer = await sim.probes[probe]();
      expect(answer.status).toBe(401);
      expect(JSON.parse(answer.body)).toEqual({ error: { code: 'bad_signature', message: expect.any(String) } });
    },
  );

  it.each([
    '',
    'null',
    '{',
    '[]',
    '{"type":2}',
    '{"type":"2","id":"1","token":"t"}',
    '{"type":2,"id":"1","token":"t"}',
  ])('answers 400 to the rightly signed body %j', async (body) => {
    const { sim, notes } = await startBench();
    const answer = await sim.probes.signed(body);
    expect(answer.status).toBe(400);
    expect(answer.body).not.toContain('at ');
    expect(notes).toEqual([]);
  });

  it('answers 413 to a body over 1 MB, even without a signature', async () => {
    const { sim } = await startBench();
    const answer = await sim.probes.signed(JSON.stringify({ type: 1, padding: 'x'.repeat(1024 * 1024) }));
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'body_too_large' } });
  });

  it('hands an interaction that is delivered twice on once', async () => {
    let turns = 0;
    const { sim, notes } = await startBench({
      async command(_, __, ___, responder) {
        turns += 1;
        await responder.reply({ text: 'once' });
      },
    });
    const turn = sim.member().command('topup');
    await turn.done;
    expect((await sim.probes.again(turn.record)).status).toBe(202);
    expect(turns).toBe(1);
    expect(turn.messages()).toHaveLength(1);
    expect(notes).toMatchObject([{ level: 'warn' }]);
  });

  it('survives an app that throws, and offers no suggestions', async () => {
    const { sim, notes } = await startBench({
      acknowledgeWithinMs: 100,
      command: async () => {
        throw new Error('a mistake');
      },
    });
    const turn = sim.member().command('topup');
    await turn.done;
    expect(notes).toMatchObject([{ level: 'error', facts: { fault: 'Error: a mistake' } }]);
    const payload = { ...structuredClone(turn.record.payload), type: 4, id: '1' };
    const answer = await sim.probes.signed(JSON.stringify(payload));
    expect(JSON.parse(answer.body)).toEqual({ type: 8, data: { choices: [] } });
  });

  it('takes nothing more once it is closed, except PINGs', async () => {
    const { sim, platform } = await startBench({ acknowledgeWithinMs: 100 });
    const turn = sim.member().command('topup');
    await turn.acknowledged.catch(() => {});
    await platform.close();
    const answer = await sim.probes.again(turn.record);
    expect(answer.status).toBe(503);
    expect((await sim.ping()).status).toBe(200);
  });

  it('checks that token, application and public key belong together', async () => {
    const { sim, platform } = await startBench();
    await expect(platform.check()).resolves.toBeUndefined();
    sim.faults.next({ route: 'get /applications/@me', status: 401 });
    await expect(platform.check()).rejects.toThrow(/does not accept the bot's token/);
    await expect(platform.check()).resolves.toBeUndefined();
  });
});
