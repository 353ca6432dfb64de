import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitMarkdown } from '../../src/platform/split-markdown.ts';

/** Every part, with or without the fences that may have been added to it, is found in the text, in order, with only white space between. */
function isNothingLost(text: string, parts: readonly string[]): boolean {
  let ends = new Set([0]);
  for (const part of parts) {
    const bodies = new Set([part, withoutFirst(part), withoutLast(part), withoutFirst(withoutLast(part))]);
    const next = new Set<number>();
    for (const end of ends) {
      for (const body of bodies) {
        const found = text.indexOf(body, end);
        if (body !== '' && found !== -1 && text.slice(end, found).trim() === '') next.add(found + body.length);
      }
    }
    ends = next;
  }
  return [...ends].some((end) => text.slice(end).trim() === '');
}

function withoutFirst(part: string): string {
  return part.slice(part.indexOf('\n') + 1);
}

function withoutLast(part: string): string {
  const lineBreak = part.lastIndexOf('\n');
  return lineBreak === -1 ? part : part.slice(0, /^(`+|~+)$/.test(part.slice(lineBreak + 1)) ? lineBreak : part.length);
}

function hasOpenFence(part: string): boolean {
  let open: string | null = null;
  for (const line of part.split('\n')) {
    const marks = /^[ \t]*(`{3,16}(?!.*`)|~{3,16})/.exec(line)?.[1];
    if (marks === undefined || line.length > 60) continue;
    if (open === null) open = marks;
    else if (line.trim() === marks && marks[0] === open[0] && marks.length >= open.length) open = null;
  }
  return open !== null;
}

const line = fc.oneof(
  { weight: 6, arbitrary: fc.lorem({ maxCount: 30 }) },
  { weight: 2, arbitrary: fc.constantFrom('', '', '   ', '\t') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('```js', '```', '~~~', '   ```python', '````', '```', '``', '```a`b', '~~~~ text'),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.string({
      unit: fc.constantFrom('a', '👩‍👩‍👧', 'é', '`', '🇫🇷', '漢'),
      minLength: 150,
      maxLength: 600,
    }),
  },
  { weight: 1, arbitrary: fc.nat(300).map((count) => `${' '.repeat(count)}x`) },
);
const markdown = fc.array(line, { maxLength: 40 }).map((lines) => lines.join('\n'));
const limit = fc.integer({ min: 200, max: 700 });

describe('splitMarkdown', () => {
  it('gives a short text back as it is and nothing for a blank one', () => {
    expect(splitMarkdown('Hello **you**', 2000)).toEqual(['Hello **you**']);
    expect(splitMarkdown('', 2000)).toEqual([]);
    expect(splitMarkdown(' \n\n ', 2000)).toEqual([]);
    expect(splitMarkdown('\n'.repeat(5000), 2000)).toEqual([]);
  });

  it('closes a code block at the end of a part and opens it with its language in the next', () => {
    const code = Array.from({ length: 40 }, (_, index) => `const value${index} = ${index};`).join('\n');
    const parts = splitMarkdown(`Look:\n\`\`\`ts\n${code}\n\`\`\`\nThat is all.`, 400);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts[0]).toMatch(/^Look:\n```ts\nconst value0 = 0;\n/);
    for (const part of parts.slice(0, -1)) expect(part).toMatch(/;\n```$/);
    for (const part of parts.slice(1)) expect(part).toMatch(/^```ts\nconst/);
    expect(parts.at(-1)).toMatch(/;\n```\nThat is all\.$/);
  });

  it('keeps tildes as tildes and longer fences as long', () => {
    const code = 'some words of code\n'.repeat(40);
    const parts = splitMarkdown(`~~~~py\n${code}\`\`\`\n${code}~~~~`, 300);
    for (const part of parts) expect(part).toMatch(/^~~~~py\n[\s\S]*\n~~~~$/);
  });

  it('closes a block that the text leaves open', () => {
    expect(splitMarkdown('```js\nlet a', 2000)).toEqual(['```js\nlet a\n```']);
    expect(splitMarkdown('```js\nlet a\n```', 2000)).toEqual(['```js\nlet a\n```']);
  });

  it('never leaves a block with only its opening or only its closing in a part', () => {
    for (let length = 150; length < 400; length += 1) {
      const text = `${'word '.repeat(30)}\n\`\`\`js\n${'c'.repeat(length % 90)}x\n${'d'.repeat(60)}\n\`\`\`\nafter ${'word '.repeat(length)}`;
      for (const part of splitMarkdown(text, 240)) expect(part).not.toMatch(/```[a-z]*\s*```/);
    }
  });

  it('prefers the end of a paragraph, then of a line, then of a word', () => {
    const paragraphs = splitMarkdown(`${'a'.repeat(150)}\n\n${'b'.repeat(40)}\n${'c'.repeat(40)}`, 200);
    expect(paragraphs).toEqual(['a'.repeat(150), `${'b'.repeat(40)}\n${'c'.repeat(40)}`]);
    const lines = splitMarkdown(`${'a'.repeat(90)}\n${'b'.repeat(90)}\n${'c'.repeat(90)}`, 200);
    expect(lines).toEqual([`${'a'.repeat(90)}\n${'b'.repeat(90)}`, 'c'.repeat(90)]);
    const words = splitMarkdown('word '.repeat(60), 200);
    for (const part of words) expect(part).toMatch(/^(word )*word$/);
  });

  it('splits a word of 10,000 characters without losing one', () => {
    const url = `https://example.com/${'x'.repeat(10_000)}`;
    expect(splitMarkdown(url, 2000).join('')).toBe(url);
  });

  it('does not split what looks like one character', () => {
    const family = '👩‍👩‍👧‍👦';
    const parts = splitMarkdown(family.repeat(500), 2000);
    expect(parts.join('')).toBe(family.repeat(500));
    for (const part of parts) expect(part.length % family.length).toBe(0);
  });

  it('does not split a surrogate pair even where one character is longer than a part', () => {
    const zalgo = `a${'\u{1D167}'.repeat(1000)}`;
    const parts = splitMarkdown(zalgo, 201);
    expect(parts.join('')).toBe(zalgo);
    for (const part of parts) expect(part.isWellFormed()).toBe(true);
  });

  it('refuses a limit that leaves no room', () => {
    expect(() => splitMarkdown('a', 100)).toThrow(RangeError);
    expect(() => splitMarkdown('a', Number.NaN)).toThrow(RangeError);
  });

  it.each([
    ['prose', 'Some words, and more of them.\n\n'.repeat(35_000)],
    ['one word', 'a'.repeat(1_000_000)],
    ['spaces', `${' '.repeat(1_000_000)}x`],
    ['blank lines in code', `\`\`\`\n${'\n'.repeat(1_000_000)}x`],
    ['fences', '```\na\n```\n'.repeat(100_000)],
  ])('takes a megabyte of %s', (_, text) => {
    expect(isNothingLost(text, splitMarkdown(text, 2000))).toBe(true);
  });

  it('loses nothing but white space at cuts, stays under the limit and is never blank', () => {
    fc.assert(
      fc.property(markdown, limit, (text, max) => {
        const parts = splitMarkdown(text, max);
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(max);
          expect(part.trim()).not.toBe('');
          expect(part.isWellFormed()).toBe(text.isWellFormed());
          // A block that opens in the very last characters has no room left for its closing.
          expect(hasOpenFence(part) && part.length < max - 16).toBe(false);
        }
        expect(isNothingLost(text, parts)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('changes only the last part while the text grows, and never has fewer parts', () => {
    fc.assert(
      fc.property(markdown, limit, fc.integer({ min: 1, max: 40 }), (text, max, step) => {
        let before: string[] = [];
        for (let length = 0; length < text.length + step; length += step) {
          const parts = splitMarkdown(text.slice(0, length), max);
          expect(parts.length).toBeGreaterThanOrEqual(before.length);
          expect(parts.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
          before = parts;
        }
      }),
      { numRuns: 60 },
    );
  });
});
