import type { AccountView } from '../../../core/account-page/view.ts';
import { type Html, html } from '../html.ts';

/** A copy of everything, and the way to erase it. */
export function dataSection({ isOwner }: AccountView, base: string): Html {
  return html`<section class="card wide" aria-labelledby="data">
<h2 id="data">Your data</h2>
<p>Everything that is kept about this wallet, as one JSON file: the account, every receipt, and every row of the ledger.</p>
<div class="buttons"><a class="button quiet" href="${base}/account/export" download>Download my data</a>${isOwner && html`<a class="button danger" href="${base}/account/erase">Erase my data…</a>`}</div>
${!isOwner && html`<p class="quiet">Only the owner of the wallet can erase it.</p>`}
</section>`;
}
