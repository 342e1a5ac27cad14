import { estimate, isMeasured } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Estimate, Figure } from '../optimization-report.ts';
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
import { extentOf, linearScale, niceTicks } from './scale.ts';

export interface IntervalDot {
  readonly name: string;
  readonly figure: Estimate;
  /** The one that counts is drawn filled and bold. */
  readonly emphasis: boolean;
}

interface IntervalDots {
  readonly dots: readonly IntervalDot[];
  /** What is measured, with unit; zero is "no difference". */
  readonly measure: string;
  readonly format: (value: Figure) => string;
}

/** Differences with their intervals beside the line of no difference. */
export function intervalDots({ dots, measure, format }: IntervalDots, size: ChartSize): Markup {
  const rowPx = size === 'wide' ? 26 : 36;
  const namePx = Math.min(220, Math.max(...dots.map(({ name }) => textWidthPx(name)), 60));
  const area: PlotArea = {
    left: size === 'wide' ? namePx + 20 : 14,
    right: WIDTH_PX[size] - 20,
    top: 4,
    bottom: 8 + dots.length * rowPx,
  };
  const extent = extentOf(
    [0, ...dots.flatMap(({ figure: { value, low, high } }) => [value, low, high])],
    0.06,
  );
  const x = linearScale(extent, area.left, area.right);
  const rows = dots.map(({ name, figure, emphasis }, i) => {
    const top = area.top + i * rowPx;
    const y = size === 'wide' ? top + rowPx / 2 : top + 24;
    const label =
      size === 'wide'
        ? { x: area.left - 12, y: y + 4, anchor: 'end' }
        : { x: area.left, y: top + 12, anchor: 'start' };
    return html`<g class="hit${emphasis ? ' strong' : ''}"><title>${name}: ${estimate(figure, format)}</title>
<rect class="band" x="0" y="${top}" width="${area.right}" height="${rowPx}"/>
<text class="label" x="${label.x}" y="${label.y}" text-anchor="${label.anchor}">${fitted(name, size === 'wide' ? area.left : area.right)}</text>${
      isMeasured(figure.low) && isMeasured(figure.high)
        ? html`<path class="span" d="M${x(figure.low)} ${y}H${x(figure.high)}"/>`
        : null
    }${isMeasured(figure.value) ? html`<circle class="dot" cx="${x(figure.value)}" cy="${y}" r="4.5"/>` : null}</g>`;
  });
  return picture(
    {
      size,
      heightPx: area.bottom + 40,
      summary: `${measure}, against the line of no difference: ${dots.map(({ name, figure }) => `${name} ${estimate(figure, format)}`).join('; ')}.`,
    },
    [
      bottomAxis(niceTicks(extent, size === 'wide' ? 6 : 3), x, area, 'grid'),
      html`<path class="zero" d="M${x(0)} ${area.top}V${area.bottom}"/>`,
      ...rows,
      axisTitle(fitted(measure, area.right), area.right, area.bottom + 35, 'end'),
    ],
  );
}
