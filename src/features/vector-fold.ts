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
      const values = new Float64Array(folds.length);
      const undefinedNames: string[] = [];
      folds.forEach(({ indicator, state }, index) => {
        const value = indicator.value(state);
        values[index] = value;
        if (!Number.isFinite(value)) undefinedNames.push(indicator.name);
      });
      return { values, undefinedNames };
    },
  };
}
