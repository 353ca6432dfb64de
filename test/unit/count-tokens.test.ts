import fc from 'fast-check';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CountTokens } from '../../src/core/model.ts';
import { createTokenCounter } from '../../src/ports/openai/count-tokens.ts';

const MEGABYTE = 1_048_576;
const whole = (text: string) => encode(text, { disallowedSpecial: new Set<string>() }).length;

describe('counting tokens', () => {
  let count: CountTokens;
  beforeAll(async () => {
    count = createTokenCounter();
    count('warm '.repeat(1_000));
  });

  it('counts nothing in an empty text', () => {
    expect(count('')).toBe(0);
  });

  it('counts prose exactly, however long it is', () => {
    const prose = 'The wallet is one, and the ledger never lies about it. Grüße, 你好!\n\n'.repeat(400);
    expect(prose.length).toBeGreaterThan(20_000);
    expect(count(prose)).toBe(whole(prose));
  });

  it('counts the names of special tokens as the plain text that they are', () => {
    const text = 'say <|endoftext|> and <|im_start|>';
    expect(count(text)).toBe(whole(text));
    expect(count('<|endoftext|>')).toBeGreaterThan(1);
  });

  it('counts a megabyte of one letter within a second', { timeout: 1_000 }, () => {
    const tokens = count('a'.repeat(MEGABYTE));
    expect(tokens).toBeGreaterThanOrEqual(MEGABYTE / 8);
    expect(tokens).toBeLessThan(MEGABYTE / 6);
  });

  it('counts a megabyte of one Chinese character within a second', { timeout: 1_000 }, () => {
    const characters = Math.ceil(MEGABYTE / 3);
    expect(count('中'.repeat(characters))).toBeGreaterThanOrEqual(characters);
  });

  it('bounds by its bytes what is beyond any model, within a second', { timeout: 1_000 }, () => {
    const tokens = count('中'.repeat(MEGABYTE));
    expect(tokens).toBeGreaterThan(2 * MEGABYTE);
    expect(tokens).toBeLessThanOrEqual(3 * MEGABYTE);
  });

  it('takes halves of characters for what they are sent as', () => {
    expect(count('\ud83d'.repeat(300))).toBeGreaterThanOrEqual(whole('\ufffd'.repeat(300)));
  });

  it('never cuts a character in two', () => {
    const emoji = `x${'😀'.repeat(400)}`;
    const cuts = Math.ceil(emoji.length / 255);
    expect(count(emoji)).toBeGreaterThanOrEqual(whole(emoji));
    expect(count(emoji)).toBeLessThanOrEqual(whole(emoji) + 3 * cuts);
  });

  it.each([
    ['ouer', 'thetionon'],
    ['bab', 'balA'],
  ])('never counts less than the whole where a cut makes the parts cheaper: %s|%s', (before, after) => {
    const text = before.padStart(256, '\n') + after;
    expect(whole(text)).toBe(whole(text.slice(0, 256)) + whole(after) + 1);
    expect(count(text)).toBeGreaterThanOrEqual(whole(text));
  });

  it('never counts less than the whole text has', () => {
    const piece = fc.constantFrom(
      ...'ing|tion|ßer|é|中|国|他们|한국|한|😀|1|23|!|...|"|\'ll|_|Über|\n|\r\n|\t|==|qu|;|\u0301|st|/|TH|Ll|  '.split(
        '|',
      ),
    );
    const spaced = fc.oneof({ weight: 200, arbitrary: piece }, { weight: 1, arbitrary: fc.constant(' the ') });
    const text = fc.array(fc.oneof(spaced, fc.string({ unit: 'binary' })), { minLength: 100, maxLength: 500 });
    fc.assert(
      fc.property(text, (parts) => {
        const joined = parts.join('');
        expect(count(joined)).toBeGreaterThanOrEqual(whole(joined.toWellFormed()));
      }),
      { numRuns: 60 },
    );
  });
});
