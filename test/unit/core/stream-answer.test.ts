import { describe, expect, it } from 'vitest';
import { type BreakOff, isVisible, streamAnswer } from '../../../src/core/asks/stream-answer.ts';
import { type Model, type ModelChunk, ModelError } from '../../../src/core/model.ts';

const usage = { inputTokens: 7, cachedTokens: 2, outputTokens: 3 };
const countWords = (text: string) => text.split(/\s+/).filter((word) => word !== '').length;

/** A model that says this, and at a function does what it says. */
function saying(...script: (ModelChunk | string | (() => void))[]): Model {
  return {
    async *stream(_request, signal) {
      for (const step of script) {
        if (typeof step === 'function') step();
        if (signal.aborted) throw signal.reason;
        if (typeof step === 'string') yield { kind: 'text', text: step };
        else if (typeof step === 'object') yield step;
      }
    },
  };
}

function failing(): never {
  throw new ModelError('unavailable', 'cut off');
}

function run(model: Model, options: { bound?: number; controller?: AbortController } = {}) {
  const shown: { text: string; outputTokens: number; visible: boolean }[] = [];
  const request = {
    askId: 'a',
    model: 'm',
    messages: [],
    maxOutputTokens: options.bound ?? 1_000,
    safetyIdentifier: 's',
  };
  const controller = options.controller ?? new AbortController();
  const streamed = streamAnswer(model, countWords, request, 11, controller, (text, { outputTokens, visible }) => {
    shown.push({ text, outputTokens: outputTokens(), visible });
  });
  return { streamed, shown, controller };
}

describe('a streamed answer', () => {
  it('is its whole text, with what the provider counted', async () => {
    const { streamed, shown } = run(saying('one ', 'two', { kind: 'end', reason: 'stop' }, { kind: 'usage', usage }));
    expect(await streamed).toEqual({ text: 'one two', ending: 'complete', usage, countedBy: 'provider', error: null });
    expect(shown).toEqual([
      { text: 'one ', outputTokens: 1, visible: true },
      { text: 'one two', outputTokens: 2, visible: true },
    ]);
  });

  it('is counted by us when the provider’s figures never come', async () => {
    const { streamed } = run(saying('one two', { kind: 'end', reason: 'stop' }));
    expect(await streamed).toMatchObject({
      countedBy: 'us',
      usage: { inputTokens: 11, cachedTokens: 0, outputTokens: 2 },
    });
  });

  it.each([
    ['zero for an answer that was given', { inputTokens: 7, cachedTokens: 0, outputTokens: 0 }],
    ['no input', { inputTokens: 0, cachedTokens: 0, outputTokens: 3 }],
    ['less than nothing', { inputTokens: 7, cachedTokens: -1, outputTokens: 3 }],
    ['no number', { inputTokens: 7, cachedTokens: 0, outputTokens: Number.NaN }],
    ['parts of tokens', { inputTokens: 7.5, cachedTokens: 0, outputTokens: 3 }],
  ])('is counted by us when the provider’s figures are not to be believed: %s', async (_why, figures) => {
    const { streamed } = run(saying('one two', { kind: 'usage', usage: figures }));
    expect(await streamed).toMatchObject({ countedBy: 'us', usage: { inputTokens: 11, outputTokens: 2 } });
  });

  it('that breaks off after its first visible character is cut, and counted as far as it came', async () => {
    const { streamed } = run(saying('one two', failing));
    expect(await streamed).toMatchObject({
      text: 'one two',
      ending: 'cut',
      countedBy: 'us',
      usage: { inputTokens: 11, outputTokens: 2 },
      error: { fault: 'unavailable' },
    });
  });

  it.each([
    ['before anything came', [failing]],
    ['after white space only', ['  \n', failing]],
    ['without a word', [{ kind: 'end', reason: 'stop' } as const, { kind: 'usage', usage } as const]],
    ['filtered', [{ kind: 'end', reason: 'filtered' } as const]],
    ['with nothing at all', []],
  ])('that ends %s has failed', async (_when, script) => {
    const { streamed } = run(saying(...script));
    expect(await streamed).toMatchObject({ ending: 'failed' });
  });

  it('that just stops coming is cut', async () => {
    expect(await run(saying('one')).streamed).toMatchObject({ ending: 'cut', error: null });
  });

  it('that reaches its bound has ended by length, seen or not', async () => {
    const end = { kind: 'end', reason: 'length' } as const;
    expect(await run(saying('one', end)).streamed).toMatchObject({ ending: 'length' });
    expect(await run(saying(end, { kind: 'usage', usage })).streamed).toMatchObject({ ending: 'length', text: '' });
  });

  it.each<[BreakOff, string]>([
    ['stopped', 'stopped'],
    ['deadline', 'cut'],
    ['lease_lost', 'interrupted'],
    ['shutdown', 'interrupted'],
    ['bound', 'length'],
  ])('that we break off as %s has ended as %s', async (why, ending) => {
    const controller = new AbortController();
    const { streamed } = run(
      saying('one', () => controller.abort(why), 'never'),
      { controller },
    );
    expect(await streamed).toMatchObject({ text: 'one', ending, countedBy: 'us', error: null });
  });

  it('is broken off when the provider ignores the bound', async () => {
    const words = Array.from({ length: 500 }, () => 'word ');
    const { streamed, controller } = run(saying(...words, { kind: 'end', reason: 'stop' }), { bound: 32 });
    const { ending, usage: counted } = await streamed;
    expect(ending).toBe('length');
    expect(counted.outputTokens).toBeLessThanOrEqual(32 + 2 + 64 + 1);
    expect(controller.signal.reason).toBe('bound');
  });

  it('is not broken off when our count of its pieces is only a little high', async () => {
    const words = Array.from({ length: 33 }, () => 'word ');
    const { streamed } = run(saying(...words, { kind: 'end', reason: 'length' }), { bound: 32 });
    expect(await streamed).toMatchObject({ ending: 'length' });
  });

  it('lets through what is no fault of the model: a mistake of ours is not called a failed answer', async () => {
    const broken = () => {
      throw new TypeError('a mistake');
    };
    await expect(run(saying('one', broken)).streamed).rejects.toThrow(TypeError);
  });
});

describe('visible text', () => {
  it('is text with something to see', () => {
    expect(['a', ' . ', '\n#'].map(isVisible)).toEqual([true, true, true]);
    expect(['', ' ', '\n\t\u00a0'].map(isVisible)).toEqual([false, false, false]);
  });
});
