import { describe, expect, it } from 'vitest';
import { preparePrompt } from '../../../src/core/asks/prompt.ts';
import { plainModel } from '../account/bench.ts';

const model = { ...plainModel, contextTokens: 1_000, maxOutputTokens: 400, leastOutputTokens: 100 };
const countCharacters = (text: string) => text.length;

describe('a prompt', () => {
  it('is trimmed and counted with its separators, and leaves the rest of the context to the answer', () => {
    expect(preparePrompt('  hello \n', model, countCharacters)).toEqual({
      kind: 'ready',
      messages: [{ role: 'user', content: 'hello' }],
      inputTokens: 13,
      wantedOutputTokens: 400,
    });
    const long = preparePrompt('x'.repeat(800), model, countCharacters);
    expect(long).toMatchObject({ inputTokens: 808, wantedOutputTokens: 192 });
  });

  it.each(['', '   ', '\n\t '])('is refused when there is nothing in it: %j', (prompt) => {
    expect(preparePrompt(prompt, model, countCharacters)).toEqual({
      kind: 'refused',
      refusal: { reason: 'prompt_empty' },
    });
  });

  it('is refused when it leaves no room for the least useful answer, and fits when it just does', () => {
    expect(preparePrompt('x'.repeat(885), model, countCharacters)).toEqual({
      kind: 'refused',
      refusal: { reason: 'prompt_too_long', tokens: 893, most: 892 },
    });
    const fits = preparePrompt('x'.repeat(884), model, countCharacters);
    expect(fits).toMatchObject({ kind: 'ready', wantedOutputTokens: 108 });
  });

  it('goes behind the system prompt, which counts as input and leaves less room', () => {
    const system = 's'.repeat(92);
    expect(preparePrompt('hello', model, countCharacters, system)).toEqual({
      kind: 'ready',
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: 'hello' },
      ],
      inputTokens: 113,
      wantedOutputTokens: 400,
    });
    expect(preparePrompt('x'.repeat(785), model, countCharacters, system)).toMatchObject({
      refusal: { reason: 'prompt_too_long', tokens: 793, most: 792 },
    });
    expect(preparePrompt('hello', model, countCharacters, 's'.repeat(2_000))).toMatchObject({
      refusal: { reason: 'prompt_too_long', most: 0 },
    });
  });

  it('is not even counted when no text of its length can fit', () => {
    let counted = 0;
    const counting = (text: string) => {
      counted += 1;
      return text.length;
    };
    expect(preparePrompt('x'.repeat(892 * 128 + 1), model, counting)).toEqual({
      kind: 'refused',
      refusal: { reason: 'prompt_too_long', tokens: null, most: 892 },
    });
    expect(counted).toBe(0);
  });
});
