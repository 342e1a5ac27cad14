import { err, type Result } from '../core/result.ts';
import { featureSets } from '../features/sets.ts';
import { contractHash, type FeatureSet, subsetOf } from '../features/vector.ts';
import type { Manifest } from './manifest.ts';

/** The features a manifest asks for, if this build computes them as its model's training did. */
export function servedFeatures({ features }: Pick<Manifest, 'features'>): Result<FeatureSet, string> {
  const set = featureSets.get(features.set);
  if (!set) return err(`no feature set ${features.set}`);
  const subset = subsetOf(set, features.names);
  if (!subset.ok) return subset;
  if (features.windowBars !== subset.value.windowBars) {
    return err(`its features need ${subset.value.windowBars} bars, and it says ${features.windowBars}`);
  }
  if (contractHash(subset.value) !== features.contractHash) {
    return err(`this build computes ${features.set} differently than its training did`);
  }
  return subset;
}
