import type { Bar } from '../../features/bar.ts';
import { ewmaVolatility, RISKMETRICS_DECAY } from '../../stats/ewma-volatility.ts';
import type { Examples } from './examples.ts';
import type { LabelSpans } from './label-spans.ts';
import type { Target } from './target.ts';

/** What came of each example, before it is said what counts as much. */
export interface TargetOutcomes {
  /** The higher, the more the target's case: a label is 1 above a hurdle. */
  readonly values: Float64Array;
  /** The bars whose prices the values look at. */
  readonly spans: LabelSpans;
}

/**
 * The outcomes of `examples`, which were built from `bars`. forward-return: the return; large-move: its size;
 * triple-barrier: the return at the first close beyond a barrier, or over the horizon where there is none (M. López
 * de Prado, Advances in Financial Machine Learning, ch. 3). Barriers are at multiples of the EWMA volatility known
 * at the decision; they are held against closes, since a bar does not say whether its high or its low came first.
 *
 * Nothing is fitted here, so outcomes may be taken once for all folds.
 *
 * @throws RangeError where a horizon ends after the last bar
 */
export function targetOutcomes(bars: readonly Bar[], examples: Examples, target: Target): TargetOutcomes {
  const { horizonBars } = target;
  const last = examples.barIndex.at(-1);
  if (last !== undefined && last + 1 + horizonBars >= bars.length) {
    throw new RangeError(`a horizon of ${horizonBars} bars ends after the last bar`);
  }
  const start = examples.barIndex.map((index) => index + 1);
  const returns = Float64Array.from(
    start,
    (entry) => openAt(bars, entry + horizonBars) / openAt(bars, entry) - 1,
  );
  const end = start.map((entry) => entry + horizonBars);
  switch (target.kind) {
    case 'forward-return':
      return { values: returns, spans: { start, end } };
    case 'large-move':
      return { values: returns.map(Math.abs), spans: { start, end } };
    case 'triple-barrier':
      return firstTouches(bars, { values: returns, spans: { start, end } }, target);
  }
}

/** `vertical`: the outcomes where no barrier is touched. */
function firstTouches(
  bars: readonly Bar[],
  vertical: TargetOutcomes,
  { takeAt, stopAt }: Extract<Target, { readonly kind: 'triple-barrier' }>,
): TargetOutcomes {
  const values = vertical.values.slice();
  const { start } = vertical.spans;
  const end = vertical.spans.end.slice();
  const volatility = ewmaVolatility(
    bars.map(({ close }) => close),
    RISKMETRICS_DECAY,
  );
  start.forEach((entry, i) => {
    const fill = openAt(bars, entry);
    const width = volatility[entry - 1] as number;
    // The vertical barrier is an open, so the bar that it belongs to closes too late.
    for (let bar = entry; bar < (vertical.spans.end[i] as number); bar += 1) {
      const growth = (bars[bar] as Bar).close / fill - 1;
      // A series without movement so far has no barriers.
      if (!(width > 0) || (growth < takeAt * width && growth > -stopAt * width)) continue;
      values[i] = growth;
      end[i] = bar;
      break;
    }
  });
  return { values, spans: { start, end } };
}

const openAt = (bars: readonly Bar[], index: number): number => (bars[index] as Bar).open;
