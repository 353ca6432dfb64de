import { describe, expect, it } from 'vitest';
import { html } from '../../src/web/account/html.ts';
import { markdownLine } from '../../src/web/account/words.ts';

describe('html', () => {
  it('escapes texts, in content and in attributes, and leaves markup of its own alone', () => {
    const evil = `"><script>alert('x')</script>&amp;`;
    const shown = html`<p title="${evil}">${evil}${html`<b>${evil}</b>`}</p>`.text;
    const safe = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;';
    expect(shown).toBe(`<p title="${safe}">${safe}<b>${safe}</b></p>`);
  });

  it('leaves out what is not there, and puts lists in one after the other', () => {
    expect(html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}${null}${false}${[]}</ul>`.text).toBe(
      '<ul><li>1</li><li>2</li></ul>',
    );
    expect(html`${0}`.text).toBe('0');
  });
});

describe('markdownLine', () => {
  it('makes bold and code, and escapes both', () => {
    expect(html`${markdownLine('a **b<i>** and `c&d` *e*')}`.text).toBe(
      'a <strong>b&lt;i&gt;</strong> and <code>c&amp;d</code> *e*',
    );
  });
});
