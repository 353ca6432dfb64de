import type { Button } from '../../core/chat/chat.ts';
import type { FormOf } from './form.ts';
import { type Html, html } from './html.ts';

/** Buttons of a chat reply as forms of the page; those that lead to something to buy are links to where it is sold. */
export function replyForms(buttons: readonly Button[], base: string, formOf: FormOf): Html {
  return html`<div class="buttons">${buttons.map((button) => formFor(button, base, formOf))}</div>`;
}

function formFor(button: Button, base: string, formOf: FormOf): Html {
  if ('url' in button) return html`<a class="button quiet" href="${button.url}" rel="noreferrer">${button.label}</a>`;
  const { label, action, style } = button;
  // A change is only offered here: what stands out is to confirm it.
  const look = style === 'danger' ? 'danger' : action.startsWith('plan_change') || style !== 'primary' ? 'quiet' : '';
  if (action.startsWith('plan_')) {
    const field = html`<input type="hidden" name="step" value="${action}">`;
    return formOf('/account/plan', html`${field}<button class="${look}">${label}</button>`);
  }
  if (action === 'billing') return formOf('/account/invoices', html`<button class="quiet">${label}</button>`);
  return html`<a class="button quiet" href="${base}/account#plan">${label}</a>`;
}
