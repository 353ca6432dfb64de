import type { Reply } from '../../core/chat/chat.ts';
import type { FormOf } from './form.ts';
import { type Html, html } from './html.ts';
import { type Frame, pageOf, plainPage } from './layout.ts';
import { replyForms } from './reply-forms.ts';
import { markdownLines } from './words.ts';

/** What chat would say, with its buttons. */
export function replyPage(frame: Frame, { title, reply }: { title: string; reply: Reply }, formOf: FormOf): Html {
  return plainPage(
    frame,
    title,
    html`<div class="reply" role="status" tabindex="-1" autofocus>${markdownLines(reply.text)}</div>
${replyForms(reply.buttons ?? [], frame.base, formOf)}
<p><a class="button quiet" href="${frame.base}/account">Back to your account</a></p>`,
  );
}

/** Leads to a page of Dodo's, at once where the browser lets it. */
export function awayPage(frame: Frame, what: string, url: string): Html {
  return pageOf(frame, {
    title: 'One moment',
    refreshTo: url,
    main: html`<section class="card narrow"><h1>One moment</h1><p>You are being taken to ${what} at Dodo Payments.</p><p><a class="button" href="${url}" rel="noreferrer">Go on</a></p></section>`,
  });
}
