import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../src/core/chat/chat.ts';
import { createEditPacer } from '../../src/platform/edit-pacer.ts';
import type { SetTimer } from '../../src/platform/persist.ts';

/** A time that moves only when told, and what the pacer sent at which moment. */
function createBench(answer: (text: string, attempt: number) => Promise<void> | void = () => {}) {
  let now = 1_000;
  let timers: { at: number; run: () => void }[] = [];
  const sent: { at: number; text: string }[] = [];
  const faults: unknown[] = [];
  const setTimer: SetTimer = (delay, run) => {
    const timer = { at: now + delay, run };
    timers.push(timer);
    return () => {
      timers = timers.filter((each) => each !== timer);
    };
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const pacer = createEditPacer({
    intervalMs: 1_000,
    clock: () => now,
    setTimer,
    onFault: (error) => faults.push(error),
    send: async (text) => {
      sent.push({ at: now - 1_000, text });
      await answer(text, sent.length);
    },
  });
  async function pass(ms: number): Promise<void> {
    const end = now + ms;
    await settled();
    for (;;) {
      const due = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      timers = timers.filter((each) => each !== due);
      now = Math.max(now, due.at);
      due.run();
      await settled();
    }
    now = end;
  }
  return { pacer, sent, faults, pass, waitingTimers: () => timers.length };
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('the edit pacer', () => {
  it('sends the first text at once and then the latest, one interval apart', async () => {
    const { pacer, sent, pass } = createBench();
    pacer.show('a');
    pacer.show('ab');
    pacer.show('abc');
    await pass(400);
    pacer.show('abcd');
    await pass(2_000);
    expect(sent).toEqual([
      { at: 0, text: 'a' },
      { at: 1_000, text: 'abcd' },
    ]);
  });

  it('skips a text that is shown already and leaves no timer behind', async () => {
    const { pacer, sent, pass, waitingTimers } = createBench();
    pacer.show('a');
    await pass(5_000);
    pacer.show('a');
    await pass(5_000);
    expect(sent).toHaveLength(1);
    expect(waitingTimers()).toBe(0);
  });

  it('drops a text whose writer may not write any more when its turn comes', async () => {
    const { pacer, sent, pass, waitingTimers } = createBench();
    let mayWrite = true;
    pacer.show('one', () => mayWrite);
    pacer.show('two', () => mayWrite);
    mayWrite = false;
    await pass(5_000);
    expect(sent).toEqual([{ at: 0, text: 'one' }]);
    expect(waitingTimers()).toBe(0);
  });

  it('has one edit under way and counts the interval from its end', async () => {
    const slow = deferred();
    const { pacer, sent, pass } = createBench((_, attempt) => (attempt === 1 ? slow.promise : undefined));
    pacer.show('a');
    pacer.show('b');
    await pass(3_000);
    expect(sent).toHaveLength(1);
    slow.resolve();
    await pass(999);
    expect(sent).toHaveLength(1);
    await pass(1);
    expect(sent[1]).toEqual({ at: 4_000, text: 'b' });
  });

  it('waits as long as the platform asks and goes slower afterwards', async () => {
    const { pacer, sent, faults, pass } = createBench((_, attempt) => {
      if (attempt === 1) throw new PlatformError('rate_limited', 'slow down', { retryAfterMs: 4_000 });
    });
    pacer.show('a');
    await pass(0);
    pacer.show('b');
    await pass(4_000);
    pacer.show('c');
    await pass(1_200);
    expect(sent.map(({ at }) => at)).toEqual([0, 4_000]);
    await pass(300);
    expect(sent).toHaveLength(3);
    expect(faults).toHaveLength(1);
  });

  it('swallows a failure on the way and makes up for it with the next text', async () => {
    const { pacer, sent, faults, pass } = createBench((_, attempt) => {
      if (attempt === 1) throw new PlatformError('unavailable', 'away');
    });
    pacer.show('a');
    await pass(500);
    pacer.show('a');
    await pass(1_000);
    expect(sent.map(({ text }) => text)).toEqual(['a', 'a']);
    expect(faults).toHaveLength(1);
  });

  it('sends nothing more on the way after a refusal', async () => {
    const { pacer, sent, pass } = createBench(() => {
      throw new PlatformError('refused', 'gone');
    });
    pacer.show('a');
    await pass(2_000);
    pacer.show('b');
    await pass(5_000);
    expect(sent).toHaveLength(1);
  });

  it('delivers the final text after the edit under way, even an equal one, and nothing later', async () => {
    const slow = deferred();
    const { pacer, sent, pass, waitingTimers } = createBench((_, attempt) =>
      attempt === 1 ? slow.promise : undefined,
    );
    pacer.show('all');
    pacer.show('never seen');
    const finished = pacer.finish('all');
    await pass(0);
    expect(sent).toHaveLength(1);
    slow.resolve();
    await finished;
    pacer.show('late');
    await pass(5_000);
    expect(sent.map(({ text }) => text)).toEqual(['all', 'all']);
    expect(waitingTimers()).toBe(0);
  });

  it('tries the final text again while the platform is busy or away', async () => {
    const { pacer, sent, pass } = createBench((_, attempt) => {
      if (attempt === 1) throw new PlatformError('rate_limited', 'busy', { retryAfterMs: 2_500 });
      if (attempt === 2) throw new PlatformError('unavailable', 'away');
    });
    const finished = pacer.finish('end');
    await pass(10_000);
    await finished;
    expect(sent.map(({ at }) => at)).toEqual([0, 2_500, 3_500]);
  });

  it('holds the final text back while the platform is known to be busy', async () => {
    const { pacer, sent, pass } = createBench((_, attempt) => {
      if (attempt === 1) throw new PlatformError('rate_limited', 'busy', { retryAfterMs: 3_000 });
    });
    pacer.show('a');
    await pass(0);
    const finished = pacer.finish('end');
    await pass(3_000);
    await finished;
    expect(sent).toEqual([
      { at: 0, text: 'a' },
      { at: 3_000, text: 'end' },
    ]);
  });

  it('gives the final text up after its time, with what the platform said', async () => {
    const { pacer, sent, pass } = createBench(() => {
      throw new PlatformError('unavailable', 'away');
    });
    const finished = expect(pacer.finish('end')).rejects.toThrow('away');
    await pass(120_000);
    await finished;
    expect(sent.length).toBeGreaterThan(5);
    expect(sent.at(-1)?.at).toBeLessThanOrEqual(60_000);
  });

  it('gives the final text up at once when it is refused or the sender is broken', async () => {
    const refused = createBench(() => {
      throw new PlatformError('refused', 'gone');
    });
    await expect(refused.pacer.finish('end')).rejects.toThrow('gone');
    expect(refused.sent).toHaveLength(1);
    const broken = createBench(() => {
      throw new TypeError('a mistake of ours');
    });
    await expect(broken.pacer.finish('end')).rejects.toThrow(TypeError);
    expect(broken.sent).toHaveLength(1);
  });
});
