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
import { extentOf, linearScale, niceTicks, type Scale } from './scale.ts';

export interface ImportanceBar {
  readonly name: string;
  readonly importance: Estimate;
  /** A dropped one is drawn hollow, one that is used though it was dropped in a lighter colour. */
  readonly state: 'kept' | 'filled' | 'dropped';
  readonly note: string;
}

interface ImportanceBars {
  /** In the order of the rows. */
  readonly bars: readonly ImportanceBar[];
  /** What is measured, with unit. */
  readonly measure: string;
  readonly format: (value: Figure) => string;
}

/** Horizontal bars from zero with their intervals as whiskers. */
export function importanceBars({ bars, measure, format }: ImportanceBars, size: ChartSize): Markup {
  // On a narrow screen the name stands above its bar.
  const rowPx = size === 'wide' ? 21 : 34;
  const namePx = Math.min(190, Math.max(...bars.map(({ name }) => textWidthPx(name)), 60));
  const area: PlotArea = {
    left: size === 'wide' ? namePx + 16 : 10,
    right: WIDTH_PX[size] - 20,
    top: 4,
    bottom: 4 + bars.length * rowPx + 6,
  };
  const extent = extentOf(
    [0, ...bars.flatMap(({ importance: { value, low, high } }) => [value, low, high])],
    0.03,
  );
  const x = linearScale(
    { ...extent, low: extent.low > -extent.high * 0.04 ? 0 : extent.low },
    area.left,
    area.right,
  );
  const ticks = niceTicks(extent, size === 'wide' ? 6 : 3).filter(({ value }) => x(value) >= area.left - 1);
  const kept = bars.filter((bar) => bar.state === 'kept').length;
  const first = bars.find(({ importance }) => isMeasured(importance.value));
  return picture(
    {
      size,
      heightPx: area.bottom + 40,
      summary: `${measure}: ${bars.length} bars, ${kept} kept${first === undefined ? '' : `; first ${first.name} with ${estimate(first.importance, format)}`}.`,
    },
    [
      bottomAxis(ticks, x, area, 'grid'),
      html`<path class="base" d="M${x(0)} ${area.top}V${area.bottom}"/>`,
      ...bars.map((bar, i) => row({ bar, x, area, size, top: area.top + 3 + i * rowPx, format })),
      axisTitle(fitted(measure, area.right), area.right, area.bottom + 35, 'end'),
    ],
  );
}

interface Row {
  readonly bar: ImportanceBar;
  readonly x: Scale;
  readonly area: PlotArea;
  readonly size: ChartSize;
  readonly top: number;
  readonly format: (value: Figure) => string;
}

function row({ bar, x, area, size, top, format }: Row): Markup {
  const { name, importance, state, note } = bar;
  const barTop = size === 'wide' ? top + 3 : top + 17;
  const middle = barTop + 6;
  const nameAt =
    size === 'wide'
      ? { x: area.left - 10, y: middle + 4, anchor: 'end' }
      : { x: area.left, y: top + 11, anchor: 'start' };
  const mark = isMeasured(importance.value)
    ? html`<rect class="${state}" x="${Math.min(x(0), x(importance.value))}" y="${barTop}" width="${Math.abs(x(importance.value) - x(0))}" height="12" rx="1.5"/>`
    : null;
  const whisker =
    isMeasured(importance.low) && isMeasured(importance.high)
      ? html`<path class="whisker" d="M${x(importance.low)} ${middle}H${x(importance.high)}M${x(importance.low)} ${middle - 3}v6M${x(importance.high)} ${middle - 3}v6"/>`
      : null;
  return html`<g class="hit"><title>${name}: ${estimate(importance, format)}${note === '' ? '' : `. ${note}`}</title>
<rect class="band" x="0" y="${top}" width="${area.right}" height="${size === 'wide' ? 21 : 34}"/>
<text class="label${state === 'dropped' ? ' faint' : ''}" x="${nameAt.x}" y="${nameAt.y}" text-anchor="${nameAt.anchor}">${fitted(name, size === 'wide' ? area.left : area.right)}</text>${mark}${whisker}</g>`;
}
