import type { LinkFault } from '../../core/account-page/door.ts';
import { createFormOf } from './form.ts';
import { type Html, html } from './html.ts';
import { type Frame, plainPage } from './layout.ts';

/** The page behind a link: chat programs that preview it get no further, since only the button spends it. */
export function openPage(frame: Frame, ticket: string, token: string): Html {
  const formOf = createFormOf(frame.base, token);
  return plainPage(
    frame,
    'Your account',
    formOf(
      '/account/open',
      html`<input type="hidden" name="ticket" value="${ticket}">
<p>This opens your account in this browser, for one hour. The link works once.</p>
<button autofocus>Open my account</button>`,
    ),
  );
}

const FAULTS: Readonly<Record<LinkFault, string>> = {
  bad: 'This link is not one of ours, or a part of it is missing.',
  expired: 'This link has expired: it is good for 10 minutes.',
  spent: 'This link was used already: it opens the page once.',
};

const AGAIN = html`<p>Type <code>/account</code> in chat to get a new one.</p>`;

/** Why a link opens nothing. */
export function faultPage(frame: Frame, fault: LinkFault): Html {
  return plainPage(frame, 'This link does not work', html`<p role="alert">${FAULTS[fault]}</p>${AGAIN}`);
}

/** For whoever comes without a session, or with one that is over. */
export function signedOutPage(frame: Frame): Html {
  return plainPage(frame, 'You are signed out', html`<p>Here is nothing to see without a session.</p>${AGAIN}`);
}

/** For a form that is none of ours, or of another session. */
export function refusedPage(frame: Frame): Html {
  return plainPage(
    frame,
    'This was not done',
    html`<p role="alert">The form was not sent from this page, or the page was open for too long. Nothing was changed.</p>
<p><a class="button" href="${frame.base}/account">Back to your account</a></p>`,
  );
}
