import type { ActionName, Confusion } from '../../optimization-report.ts';
import { integer, percent } from '../format.ts';
import { html, type Markup } from '../html.ts';

const ACTIONS = ['BUY', 'HOLD', 'SELL'] as const satisfies readonly ActionName[];

/** Action by outcome for each regime: counts with their share of the row, shaded by that share. */
export const confusionBlock = ({ detail, outcomes, regimes }: Confusion): Markup =>
  html`<p>${detail} Each row says what followed an action; the shade is the share of that row.</p>
<div class="regimes">${regimes.map(
    ({ name, counts }) => html`<div><h4>${name} volatility</h4>
<table class="heat"><thead><tr><th scope="col">action</th>${outcomes.map((outcome) => html`<th scope="col" class="figure">${outcome}</th>`)}</tr></thead>
<tbody>${ACTIONS.map((action) => html`<tr><th scope="row">${action}</th>${cells(counts[action])}</tr>`)}</tbody></table></div>`,
  )}</div>`;

function cells(counts: readonly number[]): readonly Markup[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => {
    const share = total === 0 ? 0 : count / total;
    return html`<td class="figure heat-${String(Math.round(share * 10))}">${integer(count)}<span>${percent(0)(total === 0 ? null : share)}</span></td>`;
  });
}
