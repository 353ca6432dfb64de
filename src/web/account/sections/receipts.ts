import type { Receipt } from '../../../core/account/receipt.ts';
import type { AccountView } from '../../../core/account-page/view.ts';
import { endingWords } from '../../../core/asks/ask-text.ts';
import { formatTokens } from '../../../core/tokens.ts';
import { type Html, html } from '../html.ts';
import { platformName, timeOf } from '../words.ts';

/** Every answer with what it cost, a page at a time. */
export function receiptsSection({ receipts: { receipts, page, hasOlder } }: AccountView, base: string): Html {
  return html`<section class="card wide" aria-labelledby="receipts">
<h2 id="receipts">Receipts</h2>
${receipts.length === 0 ? html`<p class="quiet">${page === 1 ? 'Nothing was asked yet. Each answer will be here with what it cost.' : 'There is nothing further back.'}</p>` : receiptTable(receipts)}
${(page > 1 || hasOlder) && pager(page, hasOlder, base)}
</section>`;
}

function receiptTable(receipts: readonly Receipt[]): Html {
  return html`<div class="scroll" role="group" aria-label="Receipts of this page" tabindex="0"><table>
<thead><tr><th scope="col">When</th><th scope="col">Where</th><th scope="col">Model</th><th scope="col">Ended</th><th scope="col" class="number">In</th><th scope="col" class="number">Out</th><th scope="col" class="number">Charged</th><th scope="col">Number</th></tr></thead>
<tbody>${receipts.map(receiptRow)}</tbody>
</table></div>`;
}

function receiptRow({ askId, by, model, ending, usage, charged, settledAt }: Receipt): Html {
  return html`<tr><td>${timeOf(settledAt)}</td><td>${platformName(by)}</td><td>${model}</td><td>${endingWords[ending]}</td><td class="number">${formatTokens(usage.inputTokens)}</td><td class="number">${formatTokens(usage.outputTokens)}</td><td class="number">${charged === 0 ? 'free' : formatTokens(charged)}</td><td><code>${askId}</code></td></tr>`;
}

function pager(page: number, hasOlder: boolean, base: string): Html {
  const link = (to: number, rel: string, text: string) =>
    html`<a class="button quiet" rel="${rel}" href="${base}/account?page=${to}#receipts">${text}</a>`;
  return html`<nav class="pager" aria-label="Pages of receipts">${page > 1 && link(page - 1, 'prev', 'Newer')}<span>Page ${page}</span>${hasOlder && link(page + 1, 'next', 'Older')}</nav>`;
}
