import { type Html, html } from '../html.ts';

/** A copy of everything. */
export function dataSection(base: string): Html {
  return html`<section class="card" aria-labelledby="data">
<h2 id="data">Your data</h2>
<p>Everything that is kept about this wallet, as one JSON file: the account, every receipt, and every row of the ledger.</p>
<p><a class="button quiet" href="${base}/account/export" download>Download my data</a></p>
</section>`;
}
