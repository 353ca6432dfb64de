import { describe, expect, it } from 'vitest';
import type { AnswerView, ChatUser, Visibility } from '../../../src/core/chat/chat.ts';
import { createDiscordApi } from '../../../src/platform/discord/api.ts';
import { createMessenger } from '../../../src/platform/discord/messenger.ts';
import { deferred, startBench } from './bench.ts';

const someone = (user: string): ChatUser => ({ platform: 'discord', workspace: '', user });
const notice = (id: string, text = '10,000,000 tokens were added.') => ({
  id,
  reply: { text, buttons: [{ label: 'Seen', action: `seen:${id}` }] },
});
const POST = 'post /channels/:channelId/messages';

describe('a notice on Discord', () => {
  it('arrives as a DM with its button', async () => {
    const { sim, platform } = await startBench();
    const member = sim.member();
    expect(await platform.messenger.direct(someone(member.id), notice('n1'), false)).toBe('sent');
    expect(member.dms()).toMatchObject([
      { content: '10,000,000 tokens were added.', buttons: [{ customId: 'seen:n1' }] },
    ]);
  });

  it('arrives once when it is sent twice', async () => {
    const { sim, platform } = await startBench();
    const member = sim.member();
    const long = notice('n1', 'word '.repeat(900));
    await platform.messenger.direct(someone(member.id), long, false);
    const before = member.dms().length;
    expect(before).toBeGreaterThan(2);
    await platform.messenger.direct(someone(member.id), long, false);
    expect(member.dms()).toHaveLength(before);
  });

  it('is found when an earlier attempt arrived without an answer', async () => {
    const { sim, platform, passTime } = await startBench();
    const member = sim.member();
    sim.faults.next({ route: POST, close: true, afterEffect: true });
    const first = platform.messenger.direct(someone(member.id), notice('n1'), false);
    await expect(first).rejects.toMatchObject({ fault: 'unanswered' });
    passTime(3_600_000);
    expect(await platform.messenger.direct(someone(member.id), notice('n1'), true)).toBe('found');
    expect(await platform.messenger.direct(someone(member.id), notice('n2'), true)).toBe('sent');
    expect(member.dms()).toHaveLength(2);
  });

  it('is sent when an earlier attempt never arrived', async () => {
    const { sim, platform } = await startBench();
    const member = sim.member();
    sim.faults.next({ route: POST, close: true });
    await expect(platform.messenger.direct(someone(member.id), notice('n1'), false)).rejects.toThrow();
    expect(await platform.messenger.direct(someone(member.id), notice('n1'), true)).toBe('sent');
    expect(member.dms()).toHaveLength(1);
  });

  it('is refused where the member takes no DMs', async () => {
    const { sim, platform } = await startBench();
    const member = sim.member(undefined, { dms: 'closed' });
    const sent = platform.messenger.direct(someone(member.id), notice('n1'), false);
    await expect(sent).rejects.toMatchObject({ name: 'PlatformError', fault: 'refused' });
  });

  it.each([
    [{ status: 403, code: 50278 }, 'refused'],
    [{ status: 403, code: 20026 }, 'refused'],
    [{ status: 400, code: 40003 }, 'rate_limited'],
    [{ status: 429, retryAfter: 2 }, 'rate_limited'],
    [{ status: 503 }, 'unavailable'],
    [{ status: 502 }, 'unanswered'],
    [{ close: true }, 'unanswered'],
  ] as const)('meets %j with the fault %s', async (fault, expected) => {
    const { sim, platform } = await startBench();
    sim.faults.next({ ...fault, route: POST });
    const sent = platform.messenger.direct(someone(sim.member().id), notice('n1'), false);
    await expect(sent).rejects.toMatchObject({ name: 'PlatformError', fault: expected });
  });

  it('names how long Discord asks to wait', async () => {
    const { sim, platform } = await startBench();
    sim.faults.next({ route: POST, status: 429, retryAfter: 2 });
    const error: unknown = await platform.messenger
      .direct(someone(sim.member().id), notice('n1'), false)
      .catch((reason: unknown) => reason);
    expect(error).toHaveProperty('retryAfterMs');
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThanOrEqual(2_000);
  });

  it('never tells the token or the text in an error', async () => {
    const { sim, platform } = await startBench();
    sim.faults.next({ route: POST, status: 400, code: 50035 });
    const error: unknown = await platform.messenger
      .direct(someone(sim.member().id), notice('n1', 'a secret'), false)
      .catch((reason: unknown) => reason);
    const cause = error instanceof Error ? error.cause : null;
    const told = [error, cause].map((each) => `${String(each)} ${JSON.stringify(each)}`).join(' ');
    expect(told).toContain('50035');
    expect(told).not.toContain('a secret');
    expect(told).not.toContain(sim.token);
  });

  it('fails as unavailable when nobody listens', async () => {
    const api = createDiscordApi({ applicationId: '1', token: 't', apiUrl: 'http://127.0.0.1:1/api' });
    const sent = createMessenger(api, Date.now).direct(someone('1'), notice('n1'), false);
    await expect(sent).rejects.toMatchObject({ name: 'PlatformError', fault: 'unavailable' });
    api.close();
  });
});

/** An answer that was shown and then left alone, as after a crash. */
async function startLeftAlone(visibility: Visibility) {
  const opened = deferred<AnswerView>();
  const bench = await startBench({
    async command(_, __, ___, responder) {
      await responder.acknowledge(visibility);
      opened.resolve(await responder.openAnswer({ text: 'So far', buttons: [{ label: 'Stop', action: 'stop' }] }));
    },
  });
  const member = bench.sim.member();
  const turn = member.command('ask', { prompt: 'hi' });
  const { handle } = await opened.promise;
  return { ...bench, member, turn, handle: JSON.parse(JSON.stringify(handle)) };
}

describe('closing an answer whose writer is gone', () => {
  it.each(['public', 'private'] as const)(
    'keeps what a %s one shows and takes its buttons away',
    async (visibility) => {
      const { platform, turn, handle } = await startLeftAlone(visibility);
      await platform.messenger.close(handle, 'Interrupted; charged 12.');
      expect(turn.reply()).toMatchObject({ content: 'So far\n\nInterrupted; charged 12.', buttons: [] });
      await platform.messenger.close(handle, 'Interrupted; charged 12.');
      expect(turn.reply()?.content).toBe('So far\n\nInterrupted; charged 12.');
    },
  );

  it('goes by the bot in the channel when the token is late', async () => {
    const { platform, turn, handle, passTime, member } = await startLeftAlone('public');
    passTime(20 * 60_000);
    await platform.messenger.close(handle, 'Interrupted.');
    expect(turn.reply()).toMatchObject({ content: 'So far\n\nInterrupted.', buttons: [] });
    expect(member.dms()).toEqual([]);
  });

  it('goes by DM when a private one is out of reach', async () => {
    const { platform, handle, passTime, member } = await startLeftAlone('private');
    passTime(20 * 60_000);
    await platform.messenger.close(handle, 'Interrupted.');
    expect(member.dms()).toMatchObject([{ content: 'Interrupted.' }]);
  });

  it('does not take the handle of another platform', async () => {
    const { platform } = await startBench();
    const close = platform.messenger.close({ platform: 'slack', place: {} }, 'x');
    await expect(close).rejects.toThrow(/expected the handle of a Discord message/);
  });
});
