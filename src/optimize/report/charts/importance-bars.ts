import type { Estimate } from '../../optimization-report.ts';
import { estimate, isMeasured } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { ChartSize, Measure } from './axes.ts';
import { namedRow, type RowShape, rowsArea, rowsPicture, rowTop } from './named-rows.ts';
import { extentOf, linearScale, niceTicks, type Scale } from './scale.ts';

export interface ImportanceBar {
  readonly name: string;
  readonly importance: Estimate;
  /** A dropped one is drawn hollow, one that is used though it was dropped in a lighter colour. */
  readonly state: 'kept' | 'filled' | 'dropped';
  readonly note: string;
}

interface ImportanceBars extends Measure {
  /** In the order of the rows. */
  readonly bars: readonly ImportanceBar[];
}

const SHAPE: RowShape = {
  height: { wide: 21, narrow: 34 },
  above: 3,
  below: 3,
  nameWidthMax: 190,
  margin: { wide: 16, narrow: 10 },
  nameGap: 10,
  nameLine: { wide: 13, narrow: 11 },
};

/** Horizontal bars from zero with their intervals as whiskers. */
export function importanceBars({ bars, measure, format }: ImportanceBars, size: ChartSize): Markup {
  const area = rowsArea(
    bars.map(({ name }) => name),
    SHAPE,
    size,
  );
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
  const summary = `${measure}: ${bars.length} bars, ${kept} kept${first === undefined ? '' : `; first ${first.name} with ${estimate(first.importance, format)}`}.`;
  const rows = bars.map((bar, i) => {
    const { name, importance, state, note } = bar;
    const top = rowTop(i, SHAPE, size);
    const tip = `${name}: ${estimate(importance, format)}${note === '' ? '' : `. ${note}`}`;
    const nameStyle = state === 'dropped' ? ' faint' : '';
    const marks = barMarks(bar, x, top + (size === 'wide' ? 3 : 17));
    return namedRow({ name, tip, style: '', nameStyle, top }, area, SHAPE, size, marks);
  });
  return rowsPicture({ size, summary, area, x, ticks, zero: 'base', measure }, rows);
}

function barMarks({ importance: { value, low, high }, state }: ImportanceBar, x: Scale, top: number): Markup {
  const middle = top + 6;
  const bar = isMeasured(value)
    ? html`<rect class="${state}" x="${Math.min(x(0), x(value))}" y="${top}" width="${Math.abs(x(value) - x(0))}" height="12" rx="1.5"/>`
    : null;
  const whisker =
    isMeasured(low) && isMeasured(high)
      ? html`<path class="whisker" d="M${x(low)} ${middle}H${x(high)}M${x(low)} ${middle - 3}v6M${x(high)} ${middle - 3}v6"/>`
      : null;
  return html`${bar}${whisker}`;
}
