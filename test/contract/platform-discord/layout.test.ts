import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finalSheets, growingSheets } from '../../../src/platform/discord/layout.ts';
import { renderMessage, replySheets } from '../../../src/platform/discord/render.ts';

const more = { label: 'More', action: 'more' };

describe('the layout of an answer', () => {
  it('keeps every message within 2,000 characters and every text somewhere', () => {
    const text = fc.array(fc.lorem({ maxCount: 40 }), { maxLength: 60 }).map((lines) => lines.join('\n'));
    const footer = fc.oneof(fc.constant(''), fc.lorem({ maxCount: 5 }), fc.lorem({ maxCount: 400 }));
    fc.assert(
      fc.property(text, footer, fc.integer({ min: 1, max: 8 }), (answer, below, room) => {
        const sheets = finalSheets(answer, { text: below, buttons: [more] }, room);
        expect(sheets.length).toBeLessThanOrEqual(room);
        expect(sheets.length).toBeGreaterThan(0);
        for (const sheet of sheets) {
          expect(sheet.content.length).toBeLessThanOrEqual(2_000);
          expect(sheet.content.trim()).not.toBe('');
        }
        expect(sheets.at(-1)?.buttons).toEqual([more]);
        const everything = sheets.map(({ content, file }) => `${content} ${file?.text ?? ''}`).join(' ');
        const flat = (part: string) => part.replace(/\s+/g, ' ').trim();
        expect(flat(everything)).toContain(flat(answer));
        for (const word of below.split(' ')) expect(everything).toContain(word);
      }),
      { numRuns: 100 },
    );
  });

  it('adds nothing for a footer without words', () => {
    expect(finalSheets('answer', { text: '', buttons: [more] }, 9)).toEqual([{ content: 'answer', buttons: [more] }]);
  });

  it('shows as much of a growing answer as there is room for', () => {
    const text = 'word '.repeat(3_000);
    expect(growingSheets(text, [more], 3)).toHaveLength(3);
    expect(growingSheets(text, [more], 3).at(-1)?.buttons).toEqual([more]);
    expect(growingSheets('', [more], 3)).toEqual([]);
  });
});

describe('the rendering of a reply', () => {
  it('shows something where there are only buttons', () => {
    expect(replySheets({ text: '', buttons: [more] })).toEqual([{ content: '…', buttons: [more] }]);
  });

  it('refuses more than 25 buttons', () => {
    const buttons = Array.from({ length: 26 }, (_, index) => ({ label: 'b', action: `${index}` }));
    expect(() => renderMessage({ content: 'x', buttons })).toThrow(/expected at most 25 buttons, got 26/);
  });
});
