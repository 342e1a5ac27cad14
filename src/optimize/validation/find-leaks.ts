import type { Bar } from '../../features/bar.ts';
import type { FeatureSet } from '../../features/vector.ts';
import { featureTable } from '../data/feature-table.ts';
import type { HeadName } from '../train/ensemble.ts';
import { findImplausibleLinks, linkBounds } from './find-implausible-links.ts';
import { findLookAhead } from './find-look-ahead.ts';
import type { Fold } from './fold.ts';

interface LeakSearch {
  readonly bars: readonly Bar[];
  readonly featureSet: FeatureSet;
  /** f32[examples × names] that models learn from, which a caller may have made otherwise than from the bars. */
  readonly features: Float32Array;
  readonly featureNames: readonly string[];
  readonly labels: readonly {
    readonly head: HeadName;
    readonly labels: Uint8Array;
    readonly spanBars: number;
  }[];
  /** Over the examples that may be looked at. */
  readonly folds: readonly Fold[];
  readonly seed: number;
}

export interface Leaks {
  readonly lookAhead: readonly string[];
  readonly implausible: readonly string[];
}

/** Features that know what nobody can know at their bar, by name: by what they are computed from, and by what they foretell. */
export function findLeaks(search: LeakSearch): Leaks {
  const { bars, featureSet, features, featureNames, labels, folds, seed } = search;
  const lookAhead = findLookAhead({
    bars,
    names: featureSet.indicators.map(({ name }) => name),
    compute: (some) => featureTable(some, featureSet),
    cutCount: 4,
    seed,
  });
  const implausible = labels.flatMap(({ head, labels: known, spanBars }) =>
    findImplausibleLinks({
      names: featureNames,
      features,
      labels: known,
      folds,
      bounds: linkBounds[head],
      lagRows: spanBars,
    }).filter(({ suspicion }) => suspicion !== undefined),
  );
  return {
    lookAhead: lookAhead.map(({ name, row }) => `${name} (first at bar ${row})`),
    implausible: implausible.map(
      ({ name, auc, suspicion }) => `${name} (AUC ${auc.toFixed(3)}, ${suspicion})`,
    ),
  };
}
