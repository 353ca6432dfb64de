/** Markup that is safe to send: made by `html` only. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Child = string | number | Html | null | false | readonly Child[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A template whose values are escaped, for element content and for attributes in double quotes; `Html` goes in as it
 * is, lists one after the other, null and false not at all.
 */
export function html(literals: TemplateStringsArray, ...children: readonly Child[]): Html {
  return new Html(literals.reduce((text, literal, index) => text + render(children[index - 1] ?? null) + literal));
}

function render(child: Child): string {
  if (child === null || child === false) return '';
  if (child instanceof Html) return child.text;
  if (typeof child === 'object') return child.map(render).join('');
  return String(child).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
