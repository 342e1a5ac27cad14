import type { Interval } from '../../../stats/block-bootstrap.ts';
import { wilsonInterval } from '../../../stats/wilson-interval.ts';
import type { Calibration, CalibrationBin } from '../../optimization-report.ts';
import { decimals, integer, percent } from '../format.ts';
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
import { type Extent, extentOf, linearScale, niceTicks, type Scale } from './scale.ts';

const STRIP_PX = 44;
/** Of the height of the plot in probability: predictions within less of it have a scale of their own. */
const NARROW_SHARE = 0.5;

const within01 = ({ low, high }: Extent): Extent => ({ low: Math.max(0, low), high: Math.min(1, high) });

interface Point extends CalibrationBin, Interval {
  readonly observed: number;
}

/** Observed share by predicted probability beside the diagonal of perfect calibration; counts in a strip below. */
export function calibrationCurve({ ece, bins }: Calibration, size: ChartSize): Markup {
  const points = bins.map(calibrationPoint);
  const plotPx = size === 'wide' ? 380 : 290;
  const left = 52;
  const area: PlotArea = { left, right: left + plotPx, top: 26, bottom: 26 + plotPx };
  const wanted = extentOf(
    points.flatMap(({ predictedMean, low, high }) => [predictedMean, low, high]),
    0.05,
  );
  const predicted = within01(
    extentOf(
      points.map(({ predictedMean }) => predictedMean),
      0.15,
    ),
  );
  const observed = within01(wanted);
  // Predictions that hardly differ would be one heap on the scale of what was observed.
  const isNarrow = predicted.high - predicted.low < (observed.high - observed.low) * NARROW_SHARE;
  const across = isNarrow ? predicted : observed;
  const x = linearScale(across, area.left, area.right);
  const y = linearScale(observed, area.bottom, area.top);
  const ideal = { low: Math.max(across.low, observed.low), high: Math.min(across.high, observed.high) };
  const strip: PlotArea = { ...area, top: area.bottom + 30, bottom: area.bottom + 30 + STRIP_PX };
  return picture(
    {
      size,
      heightPx: strip.bottom + 22,
      summary: `Calibration in ${points.length} bins, expected calibration error ${decimals(4)(ece)}: ${points.map(({ predictedMean, observed }) => `${decimals(3)(predictedMean)} predicted, ${decimals(3)(observed)} observed`).join('; ')}.`,
    },
    [
      valueAxis(niceTicks(observed, 5), y, area),
      bottomAxis(niceTicks(across, 5), x, area, 'grid'),
      axisTitle('observed share', area.left - 46, 14, 'start'),
      ideal.low < ideal.high
        ? html`<path class="ideal" d="M${x(ideal.low)} ${y(ideal.low)}L${x(ideal.high)} ${y(ideal.high)}"/>`
        : html``,
      html`<path class="line s1" d="${polyline(points.map((point) => ({ x: x(point.predictedMean), y: y(point.observed) })))}"/>`,
      ...points.map((point) => binMark(point, x, y)),
      ...countStrip(points, x, strip),
      axisTitle(
        'predicted probability; rows in each bin',
        WIDTH_PX[size] - (size === 'wide' ? 230 : 18),
        strip.bottom + 16,
        'end',
      ),
    ],
  );
}

/** A bin with its observed share and that share's 95 % interval. */
export function calibrationPoint(bin: CalibrationBin): Point {
  return { ...bin, observed: bin.positives / bin.count, ...wilsonInterval(bin.positives, bin.count) };
}

const binMark = (point: Point, x: Scale, y: Scale): Markup =>
  html`<g class="hit"><title>Predicted ${percent(1)(point.predictedMean)}, observed ${percent(1)(point.observed)} (${percent(1)(point.low)} to ${percent(1)(point.high)}) of ${integer(point.count)} rows</title>
<path class="whisker" d="M${x(point.predictedMean)} ${y(point.low)}V${y(point.high)}M${x(point.predictedMean) - 3} ${y(point.low)}h6M${x(point.predictedMean) - 3} ${y(point.high)}h6"/>
<circle class="dot" cx="${x(point.predictedMean)}" cy="${y(point.observed)}" r="4.5"/></g>`;

function countStrip(
  points: readonly Point[],
  x: Scale,
  { left, right, top, bottom }: PlotArea,
): readonly Markup[] {
  const height = linearScale(
    { low: 0, high: Math.max(...points.map(({ count }) => count), 1) },
    0,
    bottom - top,
  );
  return [
    html`<path class="base" d="M${left} ${bottom}H${right}"/>`,
    ...points.map(
      ({ predictedMean, count }) =>
        html`<rect class="count" x="${x(predictedMean) - 5}" y="${bottom - height(count)}" width="10" height="${height(count)}"/>`,
    ),
  ];
}
