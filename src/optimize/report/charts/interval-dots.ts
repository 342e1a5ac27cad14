import type { Estimate } from '../../optimization-report.ts';
import { estimate, isMeasured } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { ChartSize, Measure } from './axes.ts';
import { namedRow, type RowShape, rowsArea, rowsPicture, rowTop } from './named-rows.ts';
import { extentOf, linearScale, niceTicks, type Scale } from './scale.ts';

export interface IntervalDot {
  readonly name: string;
  readonly figure: Estimate;
  /** The one that counts is drawn filled and bold. */
  readonly emphasis: boolean;
}

/** Zero is "no difference". */
interface IntervalDots extends Measure {
  readonly dots: readonly IntervalDot[];
}

const SHAPE: RowShape = {
  height: { wide: 26, narrow: 36 },
  above: 0,
  below: 4,
  nameWidthMax: 220,
  margin: { wide: 20, narrow: 14 },
  nameGap: 12,
  nameLine: { wide: 17, narrow: 12 },
};

/** Differences with their intervals beside the line of no difference. */
export function intervalDots({ dots, measure, format }: IntervalDots, size: ChartSize): Markup {
  const area = rowsArea(
    dots.map(({ name }) => name),
    SHAPE,
    size,
  );
  const extent = extentOf(
    [0, ...dots.flatMap(({ figure: { value, low, high } }) => [value, low, high])],
    0.06,
  );
  const x = linearScale(extent, area.left, area.right);
  const ticks = niceTicks(extent, size === 'wide' ? 6 : 3);
  const summary = `${measure}, against the line of no difference: ${dots.map(({ name, figure }) => `${name} ${estimate(figure, format)}`).join('; ')}.`;
  const rows = dots.map(({ name, figure, emphasis }, i) => {
    const top = rowTop(i, SHAPE, size);
    const tip = `${name}: ${estimate(figure, format)}`;
    const marks = dotMarks(figure, x, top + (size === 'wide' ? 13 : 24));
    return namedRow(
      { name, tip, style: emphasis ? ' strong' : '', nameStyle: '', top },
      area,
      SHAPE,
      size,
      marks,
    );
  });
  return rowsPicture({ size, summary, area, x, ticks, zero: 'zero', measure }, rows);
}

function dotMarks({ value, low, high }: Estimate, x: Scale, y: number): Markup {
  const span =
    isMeasured(low) && isMeasured(high) ? html`<path class="span" d="M${x(low)} ${y}H${x(high)}"/>` : null;
  const dot = isMeasured(value) ? html`<circle class="dot" cx="${x(value)}" cy="${y}" r="4.5"/>` : null;
  return html`${span}${dot}`;
}
