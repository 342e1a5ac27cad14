import type { Estimate, Figure } from '../../optimization-report.ts';
import { bytes, estimate, isMeasured } from '../format.ts';
import { html, type Markup } from '../html.ts';
import {
  axisTitle,
  bottomAxis,
  type ChartSize,
  type Measure,
  type PlotArea,
  picture,
  valueAxis,
  WIDTH_PX,
} from './axes.ts';
import { extentOf, linearScale, niceTicks, type Scale } from './scale.ts';

export interface FrontierPoint {
  /** Number in the table. */
  readonly number: number;
  readonly form: string;
  readonly gzippedBytes: number;
  readonly cost: Estimate;
  /** Text beside the mark. */
  readonly latency: string;
  readonly chosen: boolean;
}

/** Measured is what is lost. */
interface SizeFrontier extends Measure {
  readonly points: readonly FrontierPoint[];
  /** Highest admissible cost, drawn as a line; null where there is none. */
  readonly bound: number | null;
}

/** What each form costs by its gzipped size: the lower left is best. Marks bear the number of their table row. */
export function sizeFrontier({ points, measure, format, bound }: SizeFrontier, size: ChartSize): Markup {
  const area: PlotArea = {
    left: 66,
    right: WIDTH_PX[size] - 24,
    top: 30,
    bottom: size === 'wide' ? 270 : 260,
  };
  const costs = points.flatMap(({ cost: { value, low, high } }) => [value, low, high]);
  const extent = extentOf([0, bound, ...costs], 0.1);
  const sizes = { low: 0, high: Math.max(1, ...points.map(({ gzippedBytes }) => gzippedBytes)) * 1.08 };
  const x = linearScale(sizes, area.left, area.right);
  const y = linearScale(extent, area.bottom, area.top);
  const valueTicks = niceTicks(extent, 5).map(({ value }) => ({ value, label: format(value) }));
  const sizeTicks = niceTicks(sizes, size === 'wide' ? 7 : 4).map(({ value }) => ({
    value,
    label: bytes(value),
  }));
  return picture(
    {
      size,
      heightPx: area.bottom + 40,
      summary: `${measure} by gzipped size: ${points.map(({ form, gzippedBytes, cost, chosen }) => `${form} ${bytes(gzippedBytes)}, ${estimate(cost, format)}${chosen ? ' (chosen)' : ''}`).join('; ')}.`,
    },
    [
      valueAxis(valueTicks, y, area),
      bottomAxis(sizeTicks, x, area, 'grid'),
      html`<path class="zero" d="M${area.left} ${y(0)}H${area.right}"/>`,
      bound === null
        ? html``
        : html`<path class="bound" d="M${area.left} ${y(bound)}H${area.right}"/><text class="note" x="${area.right}" y="${y(bound) - 5}" text-anchor="end">bound ${format(bound)}</text>`,
      axisTitle(measure, 0, 14, 'start'),
      axisTitle('size, gzipped', area.right, area.bottom + 35, 'end'),
      ...marks(points, x, y, format, area),
    ],
  );
}

/** From the middle of a mark to the near and the far end of the text beside it. */
const LABEL_PX = { near: 14, far: 74 } as const;

function marks(
  points: readonly FrontierPoint[],
  x: Scale,
  y: Scale,
  format: (value: Figure) => string,
  area: PlotArea,
): readonly Markup[] {
  const places = points
    .filter(({ cost }) => isMeasured(cost.value))
    .map((point) => ({ point, x: x(point.gzippedBytes), y: y(point.cost.value as number) }));
  const sides = labelSides(places, area);
  // The chosen one is drawn last, on top.
  const ordered = [...places].sort((a, b) => Number(a.point.chosen) - Number(b.point.chosen));
  return ordered.map(({ point: { number, form, gzippedBytes, cost, latency, chosen }, ...at }) => {
    const whisker =
      isMeasured(cost.low) && isMeasured(cost.high)
        ? html`<path class="whisker" d="M${at.x} ${y(cost.low)}V${y(cost.high)}M${at.x - 4} ${y(cost.low)}h8M${at.x - 4} ${y(cost.high)}h8"/>`
        : null;
    const side = sides.get(number);
    const label =
      side === undefined
        ? null
        : html`<text class="note" x="${at.x + side * LABEL_PX.near}" y="${at.y - 6}" text-anchor="${side < 0 ? 'end' : 'start'}">${latency}</text>`;
    return html`<g class="hit${chosen ? ' chosen' : ''}"><title>${number}. ${form}: ${bytes(gzippedBytes)} gzipped, ${estimate(cost, format)}, ${latency}</title>${whisker}<circle class="form" cx="${at.x}" cy="${at.y}" r="9"/><text class="number" x="${at.x}" y="${at.y + 4}" text-anchor="middle">${number}</text>${label}</g>`;
  });
}

interface Place {
  readonly point: FrontierPoint;
  readonly x: number;
  readonly y: number;
}

/** Where there is room for a text beside a mark, at its right (1) or left (−1): first for the chosen one. */
function labelSides(places: readonly Place[], { left, right }: PlotArea): ReadonlyMap<number, 1 | -1> {
  const sides = new Map<number, 1 | -1>();
  const taken = places.map(({ x, y }) => ({ from: x - 9, to: x + 9, y }));
  const ordered = [...places].sort((a, b) => Number(b.point.chosen) - Number(a.point.chosen));
  for (const { point, x, y } of ordered) {
    const side = ([1, -1] as const).find((sign) => {
      const ends = [x + sign * LABEL_PX.near, x + sign * LABEL_PX.far] as const;
      const [from, to] = [Math.min(...ends), Math.max(...ends)];
      const isInside = from > left && to < right;
      return (
        isInside &&
        !taken.some((other) => other.from < to && other.to > from && Math.abs(other.y - y + 10) < 19)
      );
    });
    if (side === undefined) continue;
    sides.set(point.number, side);
    const middle = x + (side * (LABEL_PX.near + LABEL_PX.far)) / 2;
    taken.push({ from: middle - 30, to: middle + 30, y: y - 10 });
  }
  return sides;
}
