import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutputCount } from '../../../src/core/asks/output-count.ts';
import { createTokenCounter } from '../../../src/ports/openai/count-tokens.ts';

describe('the count of what a model has written', () => {
  it('does not count what cannot be beyond a bound, since a token has a byte at least', () => {
    const counted: string[] = [];
    const output = createOutputCount((text) => {
      counted.push(text);
      return text.length;
    });
    output.add('é'.repeat(10));
    expect(output.exceeds(20)).toBe(false);
    expect(counted).toEqual([]);
    output.add('x');
    expect(output.exceeds(20)).toBe(false);
    expect(counted).toEqual([`${'é'.repeat(10)}x`]);
  });

  it('counts each piece once, however often it is asked', () => {
    const output = createOutputCount((text) => text.length);
    output.add('one ');
    expect(output.tokens()).toBe(4);
    output.add('two');
    expect([output.tokens(), output.tokens()]).toEqual([7, 7]);
    expect([output.exceeds(6), output.exceeds(7)]).toEqual([true, false]);
  });

  it('is about what the whole text has, or more', () => {
    const count = createTokenCounter();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.boolean())), (pieces) => {
        const output = createOutputCount(count);
        for (const [piece, isAsked] of pieces) {
          output.add(piece);
          if (isAsked) output.tokens();
        }
        const whole = count(pieces.map(([piece]) => piece).join(''));
        // Merging is greedy: a cut inside a word can come out cheaper, by 2 tokens at most (count-tokens.ts).
        expect(output.tokens()).toBeGreaterThanOrEqual(whole - 2 * pieces.length);
      }),
    );
  });
});
