import { formatTokens } from '../../../core/tokens.ts';
import type { UsageOverview } from '../../../core/usage/usage.ts';
import { PACE_DAYS } from '../../../core/usage/usage-forecast.ts';
import type { UsageDay, UsageReport } from '../../../core/usage/usage-report.ts';
import { type Child, type Html, html } from '../html.ts';
import { timeOf } from '../words.ts';

/** What was used by day and model: a table, of which the script makes a chart. */
export function usageSection({ report, forecast, cutAt }: UsageOverview): Html {
  return html`<section class="card wide" aria-labelledby="usage">
<h2 id="usage">Usage</h2>
<p><strong>${formatTokens(report.tokens)}</strong> tokens in ${report.asks} ${report.asks === 1 ? 'answer' : 'answers'}, in the last ${report.days.length} days.${forecast !== null && html` At the pace of the last ${PACE_DAYS} days what is left lasts until ${timeOf(forecast.until, 'day')}.`}</p>
${cutAt !== null && html`<p class="quiet">Only your newest answers are counted, back to ${timeOf(cutAt, 'day')}.</p>`}
${report.asks > 0 && figures(report)}
</section>`;
}

function figures({ days, models }: UsageReport): Child {
  const names = models.map(({ model }) => model);
  return html`<div class="chart" id="usage-chart" hidden><canvas role="img" aria-label="Bars of the tokens used on each day, by model. The table below has the same figures."></canvas></div>
<details id="usage-details" open><summary>The same as a table</summary>
<div class="scroll" role="group" aria-label="Table of usage" tabindex="0"><table id="usage-table">
<thead><tr><th scope="col">Day (UTC)</th>${names.map((name) => html`<th scope="col" class="number">${name}</th>`)}<th scope="col" class="number">All</th></tr></thead>
<tbody>${days.map((day) => dayRow(day, names))}</tbody>
</table></div></details>`;
}

function dayRow({ day, tokens, models }: UsageDay, names: readonly string[]): Html {
  const used = new Map(models.map((one) => [one.model, one.tokens]));
  const cell = (count: number) => html`<td class="number" data-tokens="${count}">${formatTokens(count)}</td>`;
  return html`<tr><th scope="row">${day}</th>${names.map((name) => cell(used.get(name) ?? 0))}${cell(tokens)}</tr>`;
}
