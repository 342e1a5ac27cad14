import type { Figure } from '../../optimization-report.ts';
import { html, type Markup } from '../html.ts';
import type { Scale, Tick } from './scale.ts';

/** Pixels of the plot inside the picture. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A picture for wide or for narrow screens; both are drawn, and the page shows the one that fits. */
export type ChartSize = 'wide' | 'narrow';

export const WIDTH_PX = { wide: 760, narrow: 360 } as const satisfies Record<ChartSize, number>;

/** What an axis measures, with unit, and how its figures are told. */
export interface Measure {
  readonly measure: string;
  readonly format: (value: Figure) => string;
}

interface Picture {
  readonly size: ChartSize;
  readonly heightPx: number;
  /** What the picture shows, for those who cannot see it. */
  readonly summary: string;
}

export const picture = ({ size, heightPx, summary }: Picture, content: readonly Markup[]): Markup =>
  html`<svg class="${size}" viewBox="0 0 ${WIDTH_PX[size]} ${heightPx}" role="img" aria-label="${summary}">
${content}
</svg>`;

/** Horizontal grid lines with their values at the left. */
export const valueAxis = (ticks: readonly Tick[], y: Scale, { left, right }: PlotArea): Markup =>
  html`<g class="axis">${ticks.map(
    ({ value, label }) =>
      html`<path class="grid" d="M${left} ${y(value)}H${right}"/><text x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${label}</text>`,
  )}</g>`;

/** Values below the plot; with grid lines where values are read off downwards. */
export function bottomAxis(
  ticks: readonly Tick[],
  x: Scale,
  { left, right, top, bottom }: PlotArea,
  grid: 'grid' | 'marks',
): Markup {
  const from = grid === 'grid' ? top : bottom;
  return html`<g class="axis"><path class="base" d="M${left} ${bottom}H${right}"/>${ticks.map(
    ({ value, label }) =>
      html`<path class="grid" d="M${x(value)} ${from}V${bottom + 4}"/><text x="${x(value)}" y="${bottom + 18}" text-anchor="middle">${label}</text>`,
  )}</g>`;
}

/** What the values of an axis are, with unit: above the value axis, or below the bottom axis at the right. */
export const axisTitle = (text: string, x: number, y: number, anchor: 'start' | 'end'): Markup =>
  html`<text class="title" x="${x}" y="${y}" text-anchor="${anchor}">${text}</text>`;

/** The path through the points. */
export const polyline = (points: readonly { readonly x: number; readonly y: number }[]): Markup =>
  html`${points.map(({ x, y }, i) => html`${i === 0 ? 'M' : 'L'}${x} ${y}`)}`;

/** Length of text in the pictures' font, roughly: enough to make room for it. */
export const textWidthPx = (text: string): number => text.length * 7;

/** Shortened to fit; the table behind the chart has it whole. */
export function fitted(text: string, widthPx: number): string {
  const characters = Math.floor(widthPx / 7);
  return text.length <= characters ? text : `${text.slice(0, Math.max(1, characters - 1))}…`;
}
