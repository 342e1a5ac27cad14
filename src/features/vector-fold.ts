import type { Bar } from './bar.ts';
import type { FeatureSet, FeatureVector } from './vector.ts';

/** The vector of a series that grows: the fold of `featureVector`, gone on with instead of begun again. */
export interface VectorFold {
  push(bar: Bar): void;
  /** At the last bar, with the bits of `featureVector` once the set's `windowBars` bars were pushed. */
  vector(): FeatureVector;
}

export function createVectorFold(set: FeatureSet): VectorFold {
  const folds = set.indicators.map((indicator) => ({ indicator, state: indicator.initial() }));
  return {
    push(bar) {
      for (const fold of folds) fold.state = fold.indicator.update(fold.state, bar);
    },
    vector() {
      const values = Float64Array.from(folds, ({ indicator, state }) => indicator.value(state));
      const undefinedNames = set.indicators
        .filter((_, index) => !Number.isFinite(values[index]))
        .map(({ name }) => name);
      return { values, undefinedNames };
    },
  };
}
