import type { DecisionsPart } from '../../optimization-report.ts';
import { decimals, instant, percent, signed } from '../format.ts';
import { html, type Markup } from '../html.ts';
import {
  axisTitle,
  bottomAxis,
  type ChartSize,
  type PlotArea,
  picture,
  polyline,
  valueAxis,
  WIDTH_PX,
} from './axes.ts';
import { linearScale, logExtentOf, logScale, logTicks, niceTicks, type Scale, timeTicks } from './scale.ts';
import { thinned } from './thinned.ts';

const money = decimals(3);
const growth = signed(percent(1));
/** Less is drawn as this much. */
const MONEY_MIN = 1e-3;

/** Money over time on a log scale, with the fall from the last peak below it. */
export function equityCurve(decisions: DecisionsPart, size: ChartSize): Markup {
  const { atMs, followed, buyAndHold, alwaysHold } = decisions;
  const area: PlotArea = {
    left: 52,
    right: WIDTH_PX[size] - (size === 'wide' ? 128 : 12),
    top: 26,
    bottom: 300,
  };
  const strip: PlotArea = { ...area, top: 330, bottom: 400 };
  const time = { low: atMs[0] ?? 0, high: atMs.at(-1) ?? 1 };
  const x = linearScale(time, area.left, area.right);
  // All money lost has no logarithm; it is drawn at the lower edge.
  const drawn = [1, ...followed.values, ...buyAndHold.values, ...alwaysHold.values];
  const extent = logExtentOf(
    drawn.map((value) => Math.max(value, MONEY_MIN)),
    0.02,
  );
  const logarithmic = logScale(extent, area.bottom, area.top);
  const y: Scale = (value) => logarithmic(Math.max(value, extent.low));
  const curves = [
    { name: 'always HOLD', style: 's3', values: alwaysHold.values },
    { name: 'buy and hold', style: 's2', values: buyAndHold.values },
    { name: 'policy', style: 's1', values: followed.values },
  ];
  const path = (values: readonly number[], scale: Scale): Markup =>
    polyline(
      thinned(values, area.right - area.left).map((i) => ({
        x: x(atMs[i] as number),
        y: scale(values[i] as number),
      })),
    );
  return picture(
    {
      size,
      heightPx: strip.bottom + 26,
      summary: `Equity after costs from ${instant(time.low)} to ${instant(time.high)}: ${[followed, buyAndHold, alwaysHold].map((equity, i) => `${['policy', 'buy and hold', 'always HOLD'][i]} ${growth(equity.growth)}, greatest fall ${percent(1)(equity.drawdownMax)}`).join('; ')}.`,
    },
    [
      bottomAxis(timeTicks(time, size === 'wide' ? 9 : 4), x, { ...strip, top: area.top }, 'grid'),
      valueAxis(logTicks(extent, 6), y, area),
      axisTitle('money, from 1 (log scale)', 0, 14, 'start'),
      ...curves.map(({ style, values }) => html`<path class="line ${style}" d="${path(values, y)}"/>`),
      ...(size === 'wide' ? endLabels(curves, y, area) : []),
      ...drawdownStrip(decisions, strip, x),
      ...readOuts(decisions, x, { ...strip, top: area.top }, size),
    ],
  );
}

function drawdownStrip(
  { atMs, followed, buyAndHold }: DecisionsPart,
  strip: PlotArea,
  x: Scale,
): readonly Markup[] {
  const falls = [drawdowns(followed.values), drawdowns(buyAndHold.values)] as const;
  const low = Math.min(-0.01, ...falls[0], ...falls[1]);
  const y = linearScale({ low, high: 0 }, strip.bottom, strip.top);
  const path = (values: readonly number[]): Markup =>
    polyline(
      thinned(values, strip.right - strip.left).map((i) => ({
        x: x(atMs[i] as number),
        y: y(values[i] as number),
      })),
    );
  const ticks = niceTicks({ low, high: 0 }, 2).map(({ value }) => ({ value, label: percent(0)(value) }));
  const [end, start] = [atMs.at(-1) ?? 0, atMs[0] ?? 0];
  return [
    axisTitle('fall from the last peak', 0, strip.top - 12, 'start'),
    valueAxis(ticks, y, strip),
    html`<path class="area s1" d="${path(falls[0])}L${x(end)} ${y(0)}L${x(start)} ${y(0)}Z"/>`,
    html`<path class="line thin s2" d="${path(falls[1])}"/><path class="line thin s1" d="${path(falls[0])}"/>`,
  ];
}

interface Curve {
  readonly name: string;
  readonly style: string;
  readonly values: readonly number[];
}

/** Names at the ends of the lines, pushed apart where they would lie on each other. */
function endLabels(curves: readonly Curve[], y: Scale, { right }: PlotArea): readonly Markup[] {
  const byHeight = curves
    .map(({ name, style, values }) => ({ name, style, final: values.at(-1) ?? 1 }))
    .sort((a, b) => y(a.final) - y(b.final));
  let free = 0;
  return byHeight.map(({ name, style, final }) => {
    const at = Math.max(y(final) + 4, free);
    free = at + 30;
    return html`<text class="end ${style}" x="${right + 10}" y="${at}">${name}<tspan x="${right + 10}" dy="14">${growth(final - 1)}</tspan></text>`;
  });
}

/** Invisible columns that tell the values at their middle. */
function readOuts(
  { atMs, followed, buyAndHold }: DecisionsPart,
  x: Scale,
  area: PlotArea,
  size: ChartSize,
): readonly Markup[] {
  const columns = Math.min(atMs.length, size === 'wide' ? 96 : 48);
  const width = (area.right - area.left) / Math.max(1, columns);
  return Array.from({ length: columns }, (_, column) => {
    const i = Math.floor(((column + 0.5) * atMs.length) / columns);
    return html`<g class="hit"><title>${instant(atMs[i] as number)}: policy ${money(followed.values[i] as number)}, buy and hold ${money(buyAndHold.values[i] as number)}</title><rect class="column" x="${x(atMs[i] as number) - width / 2}" y="${area.top}" width="${width}" height="${area.bottom - area.top}"/></g>`;
  });
}

/** Value ÷ highest value so far − 1, for each. */
export function drawdowns(values: readonly number[]): readonly number[] {
  let peak = 1;
  return values.map((value) => {
    peak = Math.max(peak, value);
    return value / peak - 1;
  });
}
