import type { AccountView } from '../../../core/account-page/view.ts';
import { formatUsd } from '../../../core/tokens.ts';
import type { FormOf } from '../form.ts';
import { type Html, html } from '../html.ts';

/** What the member is told by DM, and the cap on overage. */
export function alertsSection({ alerts }: AccountView, formOf: FormOf): Html {
  const { capCents, mostCents, isLowTold, overage } = alerts;
  const most = Math.floor(mostCents / 100);
  return html`<section class="card" aria-labelledby="alerts">
<h2 id="alerts">Alerts and caps</h2>
${overage === null ? html`<p class="quiet">No plan of yours has overage at the moment; the cap holds once one has.</p>` : html`<p>Overage in this cycle: <strong>${formatUsd(overage.usedCents)}</strong> of ${formatUsd(overage.capCents)}.</p>`}
${formOf(
  '/account/alerts',
  html`<p class="field"><label for="cap">Most overage in a cycle, in US dollars</label>
<input id="cap" name="cap" type="number" inputmode="numeric" min="0" max="${most}" step="1" required value="${Math.floor(capCents / 100)}" aria-describedby="cap-help">
<small id="cap-help">0 to ${most}. At 0 answers stop when your tokens are used up. You are told at 50, 80 and 100%.</small></p>
<p class="check"><input id="low" name="low" type="checkbox" value="on"${isLowTold ? html` checked` : null}><label for="low">Send me a DM when 20%, 5% and nothing is left of the tokens added last</label></p>
<button>Save alerts</button>`,
)}
</section>`;
}
