/** Markup that is safe to put into a page. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | Html | readonly Html[];

/** A template whose values are escaped unless they are `Html` themselves. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const markup = strings.reduce((text, piece, index) => text + render(parts[index - 1]) + piece);
  return { markup };
}

/** A whole page: plain, small, readable without scripts. */
export function document(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title} (simulator)</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
label, input { display: block; width: 100%; box-sizing: border-box; font: inherit }
input { padding: .5rem; margin: .2rem 0 1rem; border: 1px solid #555 }
button { font: inherit; padding: .5rem 1rem }
[role=alert] { border-left: .3rem solid #a00; padding-left: .7rem }
</style>
<h1>${title}</h1>
<main>${body}</main>
</html>`.markup;
}

/** Cents as people write them: `19.00 USD`. */
export function money(cents: number, currency: string): string {
  const sign = cents < 0 ? '-' : '';
  const size = Math.abs(cents);
  return `${sign}${Math.trunc(size / 100)}.${String(size % 100).padStart(2, '0')} ${currency}`;
}

function render(part: Part | undefined): string {
  if (part === undefined) return '';
  if (typeof part === 'object') return 'markup' in part ? part.markup : part.map((one) => one.markup).join('');
  return String(part).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
