import type { Interval } from '../../../stats/block-bootstrap.ts';
import { wilsonInterval } from '../../../stats/wilson-interval.ts';
import { decimals, integer, percent } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Calibration, CalibrationBin } from '../optimization-report.ts';
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
import { extentOf, linearScale, niceTicks, type Scale } from './scale.ts';

const STRIP_PX = 44;

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
  const extent = { low: Math.max(0, wanted.low), high: Math.min(1, wanted.high) };
  const x = linearScale(extent, area.left, area.right);
  const y = linearScale(extent, area.bottom, area.top);
  const strip: PlotArea = { ...area, top: area.bottom + 30, bottom: area.bottom + 30 + STRIP_PX };
  const ticks = niceTicks(extent, 5);
  return picture(
    {
      size,
      heightPx: strip.bottom + 22,
      summary: `Calibration in ${points.length} bins, expected calibration error ${decimals(4)(ece)}: ${points.map(({ predictedMean, observed }) => `${decimals(3)(predictedMean)} predicted, ${decimals(3)(observed)} observed`).join('; ')}.`,
    },
    [
      valueAxis(ticks, y, area),
      bottomAxis(ticks, x, area, 'grid'),
      axisTitle('observed share', area.left - 46, 14, 'start'),
      html`<path class="ideal" d="M${x(extent.low)} ${y(extent.low)}L${x(extent.high)} ${y(extent.high)}"/>`,
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
