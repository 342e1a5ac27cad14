import { html, type Markup } from '../html.ts';
import {
  axisTitle,
  bottomAxis,
  type ChartSize,
  fitted,
  type PlotArea,
  picture,
  textWidthPx,
  WIDTH_PX,
} from './axes.ts';
import type { Scale, Tick } from './scale.ts';

/** How rows are laid out that have a name each: at their left, on a narrow screen above them. All in pixels. */
export interface RowShape {
  readonly height: Readonly<Record<ChartSize, number>>;
  /** Between the rows and the edges of the plot. */
  readonly above: number;
  readonly below: number;
  readonly nameWidthMax: number;
  /** Left of the plot, beyond the names where they stand there. */
  readonly margin: Readonly<Record<ChartSize, number>>;
  /** From the end of a name to the plot, where it stands at the left. */
  readonly nameGap: number;
  /** From the top of a row to the line that its name stands on. */
  readonly nameLine: Readonly<Record<ChartSize, number>>;
}

/** Room for a row for each name. */
export function rowsArea(names: readonly string[], shape: RowShape, size: ChartSize): PlotArea {
  const nameWidth = Math.min(shape.nameWidthMax, Math.max(...names.map(textWidthPx), 60));
  const rowsTop = TOP + shape.above;
  return {
    left: (size === 'wide' ? nameWidth : 0) + shape.margin[size],
    right: WIDTH_PX[size] - 20,
    top: TOP,
    bottom: rowsTop + names.length * shape.height[size] + shape.below,
  };
}

const TOP = 4;

export const rowTop = (i: number, { height, above }: RowShape, size: ChartSize): number =>
  TOP + above + i * height[size];

interface NamedRow {
  readonly name: string;
  readonly tip: string;
  /** Further classes of the row and of its name, each after a space. */
  readonly style: '' | ' strong';
  readonly nameStyle: '' | ' faint';
  readonly top: number;
}

/** A row with its name and marks; the whole of it tells `tip`. */
export function namedRow(
  { name, tip, style, nameStyle, top }: NamedRow,
  { left, right }: PlotArea,
  { height, nameGap, nameLine }: RowShape,
  size: ChartSize,
  marks: Markup,
): Markup {
  const label = size === 'wide' ? { x: left - nameGap, anchor: 'end' } : { x: left, anchor: 'start' };
  return html`<g class="hit${style}"><title>${tip}</title>
<rect class="band" x="0" y="${top}" width="${right}" height="${height[size]}"/>
<text class="label${nameStyle}" x="${label.x}" y="${top + nameLine[size]}" text-anchor="${label.anchor}">${fitted(name, size === 'wide' ? left : right)}</text>${marks}</g>`;
}

interface RowsPicture {
  readonly size: ChartSize;
  readonly summary: string;
  readonly area: PlotArea;
  readonly x: Scale;
  readonly ticks: readonly Tick[];
  /** Class of the line at 0. */
  readonly zero: 'base' | 'zero';
  /** What is measured, with unit. */
  readonly measure: string;
}

/** The rows over an axis of values, with a line at 0. */
export const rowsPicture = (
  { size, summary, area, x, ticks, zero, measure }: RowsPicture,
  rows: readonly Markup[],
): Markup =>
  picture({ size, heightPx: area.bottom + 40, summary }, [
    bottomAxis(ticks, x, area, 'grid'),
    html`<path class="${zero}" d="M${x(0)} ${area.top}V${area.bottom}"/>`,
    ...rows,
    axisTitle(fitted(measure, area.right), area.right, area.bottom + 35, 'end'),
  ]);
