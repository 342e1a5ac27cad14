import type { ChartSize } from './charts/axes.ts';
import { html, type Markup } from './html.ts';

interface Figure {
  readonly title: string;
  /** How to read it, a sentence or two. */
  readonly caption: string;
  readonly legend: readonly LegendEntry[];
  readonly chart: (size: ChartSize) => Markup;
  /** The numbers that are drawn. */
  readonly table: Markup;
}

interface LegendEntry {
  readonly sample: Markup;
  readonly meaning: string;
}

/** A chart with what it says in words and in numbers. */
export const figure = ({ title, caption, legend, chart, table }: Figure): Markup =>
  html`<figure>
<figcaption><h4>${title}</h4><p>${caption}</p>${legendList(legend)}</figcaption>
${chart('wide')}
${chart('narrow')}
<details><summary>The numbers</summary>${table}</details>
</figure>`;

const legendList = (legend: readonly LegendEntry[]): Markup | null =>
  legend.length === 0
    ? null
    : html`<ul class="legend">${legend.map(
        ({ sample, meaning }) =>
          html`<li><svg viewBox="0 0 26 14" width="26" height="14" aria-hidden="true">${sample}</svg>${meaning}</li>`,
      )}</ul>`;

/** Samples of what the charts draw. */
export const lineSample = (style: string): Markup => html`<path class="line ${style}" d="M0 7H26"/>`;
export const boxSample = (style: string): Markup =>
  html`<rect class="${style}" x="4" y="1.5" width="18" height="11" rx="1.5"/>`;
export const thinSample = (style: string): Markup =>
  html`<rect class="${style}" x="2" y="4" width="22" height="6" rx="1"/>`;
