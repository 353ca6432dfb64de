import type { AccountView } from '../../../core/account-page/view.ts';
import type { Brand } from '../../../core/chat/command.ts';
import { noticeReply } from '../../../core/chat/notice-text.ts';
import type { FormOf } from '../form.ts';
import { type Html, html } from '../html.ts';
import { markdownLine } from '../words.ts';

/** What no DM could bring. */
export function noticesSection({ undelivered }: AccountView, brand: Brand, formOf: FormOf): Html | null {
  if (undelivered.length === 0) return null;
  return html`<section class="card wide notices" aria-labelledby="notices">
<h2 id="notices">We could not send you these by DM</h2>
<ul>${undelivered.map((notice) => html`<li>${markdownLine(noticeReply(notice, brand).text)}</li>`)}</ul>
${formOf(
  '/account/notices',
  html`${undelivered.map(({ id }) => html`<input type="hidden" name="notice" value="${id}">`)}<button class="quiet">I have read them</button>`,
)}
</section>`;
}
