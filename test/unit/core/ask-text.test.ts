import { describe, expect, it } from 'vitest';
import { refusalText } from '../../../src/core/asks/ask-text.ts';

describe('the refusal of an ask', () => {
  const poor = { reason: 'no_tokens', needs: 1_036 } as const;

  it('names the ways out that the buttons below it are', () => {
    expect(refusalText({ ...poor, available: 0 }, false)).toBe(
      'You have no tokens left; this question needs at least 1,036. Subscribe or top up to go on. Nothing was charged.',
    );
    expect(refusalText({ ...poor, available: 1 }, true)).toBe(
      'This question needs at least 1,036 tokens and you have 1 free. Top up to go on. Nothing was charged.',
    );
  });
});
