import type { EraseOutcome } from '../../core/account-page/erasing.ts';
import type { AccountView } from '../../core/account-page/view.ts';
import { formatTokens } from '../../core/tokens.ts';
import { isChatUser } from '../../core/wallets/wallet-user.ts';
import type { FormOf } from './form.ts';
import { type Child, type Html, html } from './html.ts';
import { type Frame, plainPage } from './layout.ts';

type Refusal = Exclude<EraseOutcome, 'erased'>;

const REFUSALS: Readonly<Record<Refusal, string>> = {
  nothing_kept: 'Nothing is kept about you here: you have not asked or bought anything yet.',
  not_yours: 'This wallet is shared with you. Only its owner can erase it; you can leave it.',
  answer_running: 'An answer is being written at this moment. Please wait until it is done.',
  plan_runs: 'You have a plan that renews. Cancel it first; from then on your data can be erased.',
  open_checkout:
    'A checkout of yours is open, and its payment would have to come to this wallet. Pay it, or wait until it has closed, a day after it was opened.',
  usage_unsettled:
    'What you have used last is still being settled with the payment service. Please try again in a few minutes.',
};

/** @returns why nothing was erased */
export function eraseRefusalText(refusal: Refusal): string {
  return REFUSALS[refusal];
}

/** What is erased and what is not, and the button that does it. */
export function erasePage(frame: Frame, view: AccountView, refusal: Refusal | null, formOf: FormOf): Html {
  const back = html`<p><a class="button quiet" href="${frame.base}/account">Back to your account</a></p>`;
  return plainPage(
    frame,
    'Erase my data',
    html`<h2>Erased, for good</h2>
<ul><li>which chat users this wallet belongs to, on Discord and on Slack</li><li>which model each answer used, how much it read and wrote, and when it was begun</li><li>your API keys, which stop working at once, and their names</li><li>notices that were not delivered</li></ul>
<p>What you asked and what was answered in chat is not kept after it was shown; your chat program has it. An answer of the API that was asked for with an Idempotency-Key is kept for a day, sealed, and goes by itself.</p>
<h2>What stays, for the books</h2>
<ul><li>the number of each answer, what it charged and when: it is billed by these</li><li>the rows of the ledger, and of your plan: they are the payment service's, without your name</li><li>what Dodo Payments has: it sold to you, so it must keep your invoices, name and address. Ask Dodo Payments about them.</li><li>copies in backups of whoever runs this bot, until they are replaced</li></ul>
${left(view)}
${refusal === null ? confirm(formOf) : html`<p class="said bad" role="alert">${REFUSALS[refusal]}</p>`}
${back}`,
  );
}

function left({ figures, by }: AccountView): Child {
  if (figures.left === 0) return null;
  const fate = isChatUser(by)
    ? 'They stay in the wallet until they expire, and are there again if you use this bot again as the same chat user. They are not paid out.'
    : 'Nobody can get at them any more: this wallet belongs to no chat user, and its keys are erased. They are not paid out.';
  return html`<p><strong>You have ${formatTokens(figures.left)} tokens left.</strong> ${fate}</p>`;
}

function confirm(formOf: FormOf): Html {
  return formOf(
    '/account/erase',
    html`<p class="check"><input type="checkbox" id="sure" name="sure" value="yes" required><label for="sure">I have read this. Erase my data.</label></p>
<button class="danger">Erase my data</button>`,
  );
}

/** The last page of a session: its wallet's owner is erased. */
export function erasedPage(frame: Frame): Html {
  return plainPage(
    frame,
    'Your data is erased',
    html`<p role="status">It is not known any more whose this wallet was, and you are signed out. Receipts follow within a minute.</p>`,
  );
}
