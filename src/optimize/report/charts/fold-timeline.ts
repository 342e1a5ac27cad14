import { isAbsent, type Span, type ValidationPart } from '../../optimization-report.ts';
import { instant, integer } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { bottomAxis, type ChartSize, type PlotArea, picture, WIDTH_PX } from './axes.ts';
import { linearScale, type Scale, timeTicks } from './scale.ts';

const ROW_PX = 26;

/** One line for each fold, oldest first: trained, gap, tested; below it what was developed on and the holdout. */
export function foldTimeline(validation: ValidationPart, size: ChartSize): Markup {
  const { folds, development, holdout } = validation;
  const end = isAbsent(holdout) ? development.toMs : holdout.toMs;
  const extent = { low: Math.min(development.fromMs, ...folds.map(({ train }) => train.fromMs)), high: end };
  const rowCount = folds.length + 1;
  const area: PlotArea = {
    left: size === 'wide' ? 92 : 64,
    right: WIDTH_PX[size] - 12,
    top: 6,
    bottom: 6 + rowCount * ROW_PX,
  };
  const x = linearScale(extent, area.left, area.right);
  const rows = folds.map(({ train, test, purged, embargoBars }, i) => ({
    label: `Fold ${i + 1}`,
    before: train,
    after: test,
    kind: 'test' as const,
    tip: `Fold ${i + 1}: trained ${spanText(train)}, tested ${spanText(test)}, ${integer(purged)} purged, embargo ${integer(embargoBars)} bars`,
  }));
  const last = {
    label: isAbsent(holdout) ? 'All' : 'Holdout',
    before: development,
    after: isAbsent(holdout) ? null : holdout,
    kind: 'holdout' as const,
    tip: `Development ${spanText(development)}; ${isAbsent(holdout) ? 'no holdout' : `holdout ${spanText(holdout)}`}`,
  };
  return picture(
    {
      size,
      heightPx: area.bottom + 28,
      summary: `Timeline of ${folds.length} walk-forward folds from ${instant(extent.low)}, each trained on the past of its test; ${isAbsent(holdout) ? 'no holdout' : `holdout ${spanText(holdout)}`}.`,
    },
    [
      bottomAxis(timeTicks(extent, size === 'wide' ? 12 : 5), x, area, 'grid'),
      ...[...rows, last].map((row, i) => line(row, x, area.top + (i + 0.5) * ROW_PX, area)),
    ],
  );
}

interface Line {
  readonly label: string;
  readonly before: Span;
  readonly after: Span | null;
  readonly kind: 'test' | 'holdout';
  readonly tip: string;
}

function line({ label, before, after, kind, tip }: Line, x: Scale, y: number, area: PlotArea): Markup {
  const tested =
    after === null
      ? null
      : html`<path class="gap" d="M${x(before.toMs)} ${y}H${Math.max(x(after.fromMs), x(before.toMs) + 2)}"/><rect class="${kind}" x="${x(after.fromMs)}" y="${y - 8}" width="${Math.max(2, x(after.toMs) - x(after.fromMs))}" height="16" rx="2"/>`;
  return html`<g class="hit"><title>${tip}</title><rect class="band" x="0" y="${y - ROW_PX / 2}" width="${area.right}" height="${ROW_PX}"/>
<text class="label" x="${area.left - 10}" y="${y + 4}" text-anchor="end">${label}</text>
<rect class="train" x="${x(before.fromMs)}" y="${y - 3}" width="${Math.max(1, x(before.toMs) - x(before.fromMs))}" height="6" rx="1"/>${tested}</g>`;
}

const spanText = ({ fromMs, toMs, rows }: Span): string =>
  `${instant(fromMs)} to ${instant(toMs)} (${integer(rows)} rows)`;
