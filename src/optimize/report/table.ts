import type { Estimate, Figure } from '../optimization-report.ts';
import { interval } from './format.ts';
import { type Content, html, type Markup } from './html.ts';

export interface Column {
  readonly title: string;
  /** Figures stand to the right, one below the other; the first column, which names the rows, at the left. */
  readonly kind: 'text' | 'figure';
}

export const text = (title: string): Column => ({ title, kind: 'text' });
export const figures = (title: string): Column => ({ title, kind: 'figure' });

interface Table {
  /** What the table holds, for those who meet it out of its place. */
  readonly label: string;
  readonly columns: readonly Column[];
  /** As many cells as columns; the first names the row. */
  readonly rows: readonly (readonly Content[])[];
  /** On a narrow screen: scrolled sideways, or each row as a card of named values. */
  readonly narrow?: 'scrolled' | 'stacked';
  /** Of one row, in place of none. */
  readonly rowClass?: (row: number) => string;
}

/** A table that scrolls sideways by itself where the screen is too narrow for it. */
export function table({ label, columns, rows, narrow = 'scrolled', rowClass = () => '' }: Table): Markup {
  const cell = (content: Content, i: number): Markup =>
    i === 0
      ? html`<th scope="row">${content}</th>`
      : html`<td class="${(columns[i] as Column).kind}" data-title="${(columns[i] as Column).title}">${content}</td>`;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table class="${narrow}${columns.length <= 3 ? ' small' : ''}">
<thead><tr>${columns.map(({ title, kind }, i) => html`<th scope="col" class="${i === 0 ? 'text' : kind}">${title}</th>`)}</tr></thead>
<tbody>${rows.map((row, i) => html`<tr class="${rowClass(i)}">${row.map(cell)}</tr>\n`)}</tbody>
</table></div>`;
}

/** A value with its interval below it. */
export const estimateCell = (figure: Estimate, format: (value: Figure) => string): Markup =>
  html`<span>${format(figure.value)}<span class="between">${interval(figure, format)}</span></span>`;
