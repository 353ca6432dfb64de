import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Button } from '../../src/core/chat/chat.ts';
import { renderReply, type SlackContent } from '../../src/platform/slack/blocks.ts';

const markdownOf = ({ blocks }: SlackContent) =>
  blocks.flatMap((block) => (block.type === 'markdown' ? [block.text] : []));
const buttonsOf = ({ blocks }: SlackContent) =>
  blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));

describe('a rendered reply', () => {
  it('keeps to the limits of Slack, whatever it says', () => {
    const button = fc.oneof(
      fc.record({ label: fc.string({ minLength: 1, maxLength: 200 }), action: fc.string({ maxLength: 100 }) }),
      fc.record({ label: fc.string({ minLength: 1, maxLength: 200 }), url: fc.webUrl() }),
    );
    const text = fc.tuple(fc.string({ unit: 'grapheme' }), fc.nat(2_000)).map(([piece, times]) => piece.repeat(times));
    const reply = fc.record({ text, buttons: fc.array(button, { maxLength: 60 }) });
    fc.assert(
      fc.property(reply, reply, fc.string({ maxLength: 500 }), (answer, footer, headline) => {
        for (const message of renderReply(answer, { footer, headline })) {
          const length = markdownOf(message).reduce((sum, part) => sum + part.length, 0);
          expect(length).toBeLessThanOrEqual(12_000);
          expect(message.text.length).toBeLessThanOrEqual(4_000);
          expect(message.text).not.toBe('');
          expect(message.blocks.length).toBeLessThanOrEqual(50);
          for (const block of message.blocks) {
            if (block.type === 'actions') expect(block.elements.length).toBeLessThanOrEqual(25);
          }
          for (const element of buttonsOf(message)) {
            if (element.type === 'button') expect(element.text.text.length).toBeLessThanOrEqual(75);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('has the footer in the last message where it fits, else in its own', () => {
    const footer = { text: 'f'.repeat(1_500) };
    expect(renderReply({ text: 'a'.repeat(9_000) }, { footer })).toHaveLength(1);
    expect(renderReply({ text: 'a'.repeat(10_900) }, { footer })).toHaveLength(2);
    expect(renderReply({ text: '' }, { footer }).map(markdownOf)).toEqual([[footer.text]]);
  });

  it("shows the footer's buttons in place of its own, under the last message", () => {
    const stop: Button = { label: 'Stop', action: 'stop', style: 'danger' };
    const receipt: Button = { label: 'Receipt', action: 'receipt', style: 'secondary' };
    const streaming = renderReply({ text: 'a'.repeat(20_000), buttons: [stop] });
    expect(streaming.map((message) => buttonsOf(message).length)).toEqual([0, 1]);
    const [ended] = renderReply({ text: 'a', buttons: [stop] }, { footer: { text: 'end', buttons: [receipt] } });
    expect(ended && buttonsOf(ended)).toMatchObject([{ text: { text: 'Receipt' }, action_id: 'tallybot:receipt' }]);
    expect(ended && buttonsOf(ended)[0]).not.toHaveProperty('style');
    const [bare] = renderReply({ text: 'a', buttons: [stop] }, { footer: { text: 'end' } });
    expect(bare && buttonsOf(bare)).toEqual([]);
  });
});
