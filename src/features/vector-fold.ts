import type { Bar } from './bar.ts';
import type { Indicator } from './indicator.ts';
import type { FeatureSet, FeatureVector } from './vector.ts';
import { Window } from './window.ts';
import { isWindowed, type Quantity } from './windowed.ts';

/** The vector of a series that grows: the fold of `featureVector`, gone on with instead of begun again. */
export interface VectorFold {
  push(bar: Bar): void;
  /** At the last bar, with the bits of `featureVector` once the set's `windowBars` bars were pushed. */
  vector(): FeatureVector;
}

interface Series {
  readonly quantity: Quantity;
  readonly isOfOneBar: boolean;
  /** By their sizes. */
  readonly windows: Map<number, Window>;
}

/** Indicators over the same quantity share its windows, and with them their moments: each is computed once a bar. */
export function createVectorFold(set: FeatureSet): VectorFold {
  const allSeries = new Map<Quantity, Series>();
  const folds: Fold[] = [];
  const values = set.indicators.map((indicator) => {
    if (isWindowed(indicator)) {
      const window = windowIn(allSeries, indicator);
      return () => indicator.valueIn(window);
    }
    const fold = foldOf(indicator);
    folds.push(fold);
    return fold.value;
  });
  let previous: Bar | undefined;
  return {
    push(bar) {
      for (const { quantity, isOfOneBar, windows } of allSeries.values()) {
        if (!previous && !isOfOneBar) continue;
        const value = quantity(bar, previous);
        for (const window of windows.values()) window.push(value);
      }
      for (const fold of folds) fold.push(bar);
      previous = bar;
    },
    vector() {
      const vector = new Float64Array(values.length);
      const undefinedNames: string[] = [];
      for (let at = 0; at < vector.length; at += 1) {
        const value = (values[at] as () => number)();
        vector[at] = value;
        if (!Number.isFinite(value)) undefinedNames.push((set.indicators[at] as Indicator<unknown>).name);
      }
      return { values: vector, undefinedNames };
    },
  };
}

function windowIn(
  allSeries: Map<Quantity, Series>,
  { quantity, isOfOneBar, size }: Omit<Series, 'windows'> & { readonly size: number },
): Window {
  const series = allSeries.get(quantity) ?? { quantity, isOfOneBar, windows: new Map<number, Window>() };
  allSeries.set(quantity, series);
  const window = series.windows.get(size) ?? new Window(size);
  series.windows.set(size, window);
  return window;
}

interface Fold {
  push(bar: Bar): void;
  value(): number;
}

function foldOf(indicator: Indicator<unknown>): Fold {
  let state = indicator.initial();
  return {
    push(bar) {
      state = indicator.update(state, bar);
    },
    value: () => indicator.value(state),
  };
}
