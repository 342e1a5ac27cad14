import type { Bar } from '../../features/bar.ts';
import type { Indicator } from '../../features/indicator.ts';
import type { FeatureSet } from '../../features/vector.ts';

/**
 * f64[bars × indicators], row-major: the set's vector at every bar. A row with `windowBars` bars behind it, its own
 * included, has the bits of `featureVector` there, NaN where a feature is undefined; earlier rows are NaN.
 *
 * Each indicator is folded once over the whole series instead of once for every window. That gives the same bits,
 * since an indicator's value depends on its last `warmupBars` bars alone, however long the history before them.
 */
export function featureTable(bars: readonly Bar[], set: FeatureSet): Float64Array {
  const width = set.indicators.length;
  const table = new Float64Array(bars.length * width).fill(NaN);
  set.indicators.forEach((indicator, place) => {
    fillColumn(table, bars, indicator, { place, width, firstRow: set.windowBars - 1 });
  });
  return table;
}

interface Column {
  readonly place: number;
  readonly width: number;
  readonly firstRow: number;
}

function fillColumn<State>(
  table: Float64Array,
  bars: readonly Bar[],
  indicator: Indicator<State>,
  { place, width, firstRow }: Column,
): void {
  let state = indicator.initial();
  for (let i = 0; i < bars.length; i += 1) {
    state = indicator.update(state, bars[i] as Bar);
    if (i >= firstRow) table[i * width + place] = indicator.value(state);
  }
}
