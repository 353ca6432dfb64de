import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTION_ID, actionIdOf, actionOf } from '../../src/platform/slack/action-id.ts';
import { breakPings, fallbackText, shorten, unescapeTyped } from '../../src/platform/slack/slack-text.ts';

const visible = (text: string) => text.replaceAll('\u200B', '');

describe('breaking pings in Markdown', () => {
  it('breaks every form of mention, also inside code and written as an entity', () => {
    const pings = [
      '<!channel>',
      '<!here|here>',
      '<!everyone>',
      '<!subteam^S1>',
      '<@U1>',
      '<@W1|bob>',
      '<#C1|general>',
      '<!date^1^x|y>',
    ];
    for (const ping of pings) {
      for (const text of [
        ping,
        `\`${ping}\``,
        ping.replace('<', '&lt;'),
        ping.replace('<', '&#60;'),
        ping.replace('<', '&#x3C;'),
      ]) {
        expect(breakPings(`a ${text} b`)).not.toMatch(/(<|&lt;|&#60;|&#x3C;)[!@#]/);
        expect(visible(breakPings(text))).toBe(text);
      }
    }
  });

  it('leaves HTML, comparisons and links as they are', () => {
    const texts = [
      '<!DOCTYPE html>',
      '<!-- note -->',
      '<![CDATA[x]]>',
      '<!ELEMENT a>',
      'a <b> < c',
      '<https://x.test|y>',
      'x@y.test',
      '# title',
    ];
    for (const text of texts) expect(breakPings(text)).toBe(text);
  });

  it('changes nothing that is seen, and what was broken stays so when text grows', () => {
    const parts = fc.array(fc.constantFrom('<', '!', '@', '#', '&lt;', 'U1', 'channel', '>', ' ', '`', 'é', '😀'));
    fc.assert(
      fc.property(parts, (pieces) => {
        const text = pieces.join('');
        const broken = breakPings(text);
        expect(visible(broken)).toBe(text);
        expect(broken).not.toMatch(/<(@|#[A-Za-z0-9]|!channel)/);
        expect(breakPings(broken)).toBe(broken);
      }),
    );
  });
});

describe('the fallback text', () => {
  it('has no control character of mrkdwn and at most 4,000 characters, cut between characters', () => {
    expect(fallbackText('a & <b>')).toBe('a &amp; &lt;b&gt;');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 6_000 }), fc.nat(5_000), (text, times) => {
        const shown = fallbackText(text + '😀<'.repeat(times));
        expect(shown.length).toBeLessThanOrEqual(4_000);
        expect(shown).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        expect(shown.isWellFormed()).toBe(text.isWellFormed() || shown.isWellFormed());
      }),
    );
  });
});

describe('short texts', () => {
  it('are cut with an ellipsis and never inside a character', () => {
    expect(shorten('abc', 3)).toBe('abc');
    expect(shorten('abcd', 3)).toBe('ab…');
    expect(shorten('a😀😀', 4).isWellFormed()).toBe(true);
  });
});

describe('what a person typed', () => {
  it('loses the one layer of entities that Slack put on it', () => {
    expect(unescapeTyped('1 &lt; 2 &amp;&amp; &quot; &amp;lt;')).toBe('1 < 2 && &quot; &lt;');
  });
});

describe('the action of a button', () => {
  it('comes back as it was, and travels without characters that Slack escapes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (action) => {
        const id = actionIdOf(action);
        expect(id).toMatch(ACTION_ID);
        expect(id).not.toMatch(/[&<>]/);
        expect(actionOf(id)).toBe(action);
      }),
    );
  });
});
