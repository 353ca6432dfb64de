import type { AccountView } from '../../../core/account-page/view.ts';
import { formatTokens } from '../../../core/tokens.ts';
import type { WalletFigures } from '../../../core/wallets/wallet-view.ts';
import { type Child, type Html, html } from '../html.ts';
import { timeOf } from '../words.ts';

/** What is left, what is claimed of it, and until when it lasts. */
export function balanceSection({ figures, grants }: AccountView): Html {
  return html`<section class="card" aria-labelledby="balance">
<h2 id="balance">Balance</h2>
${figures.balance === null ? html`<p>Your payment is being confirmed; your balance will be here in a minute.</p>` : shown(figures)}
<h3>When tokens expire</h3>
${grants.length === 0 ? html`<p class="quiet">No tokens that could expire.</p>` : grantsTable(grants)}
</section>`;
}

function shown(figures: WalletFigures): Html {
  const { balance, left, free, available, held, unsettled, expiring, clawed, overage, overageAllowed } = figures;
  const hasOverage = overage > 0 || overageAllowed > 0;
  return html`<p class="figure"><strong>${formatTokens(left)}</strong> tokens left</p>
${bar(figures)}
<dl class="figures">
${line('Free', free, 'free')}
${line('Held for answers that are being written', held, 'held')}
${line('Used, still settling with the ledger', unsettled, 'settling')}
${expiring > 0 && line('Expires within minutes, not spendable any more', expiring)}
${clawed > 0 && line('Being taken back, for a refund or a dispute', clawed)}
${line('Balance in the ledger', balance ?? 0)}
${hasOverage && [line('Overage in this cycle', overage), line('Overage until your cap', overageAllowed), line('The next answer may use', available)]}
</dl>`;
}

function line(name: string, tokens: number, part?: string): Html {
  return html`<div><dt>${part !== undefined && html`<span class="dot ${part}"></span>`}${name}</dt><dd>${formatTokens(tokens)}</dd></div>`;
}

/** The ledger's balance in its parts, with a gap for what is neither free nor used; the list below says the same in words. */
function bar({ balance, free, held, unsettled }: WalletFigures): Child {
  const total = balance ?? 0;
  if (total === 0) return null;
  const percent = (tokens: number) => Math.round((Math.min(tokens, total) / total) * 1_000) / 10;
  const settlingFrom = 100 - percent(unsettled);
  const heldFrom = Math.max(0, settlingFrom - percent(held));
  return html`<svg class="bar" aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 100 4">
<rect class="free" width="${Math.min(heldFrom, percent(free))}" height="4"/>
<rect class="held" x="${heldFrom}" width="${settlingFrom - heldFrom}" height="4"/>
<rect class="settling" x="${settlingFrom}" width="${100 - settlingFrom}" height="4"/>
</svg>`;
}

function grantsTable(grants: AccountView['grants']): Html {
  return html`<table>
<thead><tr><th scope="col">Expires</th><th scope="col" class="number">Tokens left</th></tr></thead>
<tbody>${grants.map(
    ({ remaining, expiresAt }) =>
      html`<tr><td>${expiresAt === null ? 'never' : timeOf(expiresAt, 'day')}</td><td class="number">${formatTokens(remaining)}</td></tr>`,
  )}</tbody>
</table>`;
}
