import type { Bar } from './bar.ts';
import type { Indicator } from './indicator.ts';
import { Series } from './series.ts';
import type { FeatureSet } from './vector.ts';
import { Window } from './window.ts';
import { isWindowed, type Quantity, type WindowedIndicator } from './windowed.ts';

/** The vector of a series that grows: the fold of `featureVector`, gone on with instead of begun again. */
export interface VectorFold {
  push(bar: Bar): void;
  /**
   * Writes the vector at the last bar, with the bits of `featureVector` once the set's `windowBars` bars were pushed, as floats
   * of the width that `values` has.
   *
   * @param values as many as the set's indicators
   * @returns names of the features without a finite value
   */
  writeTo(values: Float32Array | Float64Array): readonly string[];
}

/** What all indicators over a quantity look at. */
interface Shared {
  readonly quantity: Quantity;
  readonly isOfOneBar: boolean;
  readonly series: Series;
  /** By their sizes. */
  readonly windows: Map<number, Window>;
}

/** Indicators over the same quantity share its windows, and with them their moments: each is computed once a bar. */
export function createVectorFold(set: FeatureSet): VectorFold {
  const ofQuantities = new Map<Quantity, Shared>();
  const folds: Fold[] = [];
  const valueOfEach = set.indicators.map((indicator) => {
    if (isWindowed(indicator)) {
      const window = windowIn(ofQuantities, indicator, set.windowBars);
      return () => indicator.valueIn(window);
    }
    const fold = foldOf(indicator);
    folds.push(fold);
    return fold.value;
  });
  const allShared = [...ofQuantities.values()];
  let previous: Bar | undefined;
  return {
    push(bar) {
      for (const { quantity, isOfOneBar, series } of allShared) {
        if (previous || isOfOneBar) series.push(quantity(bar, previous));
      }
      for (const fold of folds) fold.push(bar);
      previous = bar;
    },
    writeTo(values) {
      const undefinedNames: string[] = [];
      for (let at = 0; at < valueOfEach.length; at += 1) {
        const value = (valueOfEach[at] as () => number)();
        values[at] = value;
        if (!Number.isFinite(value)) undefinedNames.push((set.indicators[at] as Indicator<unknown>).name);
      }
      return undefinedNames;
    },
  };
}

function windowIn(
  ofQuantities: Map<Quantity, Shared>,
  { quantity, isOfOneBar, size }: WindowedIndicator<unknown>,
  sizeMax: number,
): Window {
  const shared = ofQuantities.get(quantity) ?? {
    quantity,
    isOfOneBar,
    series: new Series(sizeMax),
    windows: new Map<number, Window>(),
  };
  ofQuantities.set(quantity, shared);
  const window = shared.windows.get(size) ?? new Window(size, shared.series);
  shared.windows.set(size, window);
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
