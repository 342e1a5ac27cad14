import { dailyV1 } from './daily-v1.ts';
import type { FeatureSet } from './vector.ts';

/** Every feature set a manifest may name, by name. */
export const featureSets: ReadonlyMap<string, FeatureSet> = new Map([[dailyV1.name, dailyV1]]);
