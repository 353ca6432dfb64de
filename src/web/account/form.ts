import { type Child, type Html, html } from './html.ts';
import { TOKEN_FIELD } from './our-form.ts';

/** Makes forms that may be posted from the page that they stand in. */
export type FormOf = (action: string, body: Child, className?: string) => Html;

/** @param base the path before every link */
export function createFormOf(base: string, token: string): FormOf {
  return (action, body, className = '') => html`<form method="post" action="${base}${action}" class="${className}">
<input type="hidden" name="${TOKEN_FIELD}" value="${token}">
${body}
</form>`;
}
