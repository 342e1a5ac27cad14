import type { Bar } from '../features/bar.ts';
import type { FeatureSet } from '../features/vector.ts';
import type { Manifest } from '../models/bundle.ts';
import type { EnsembleOptions } from './train/ensemble.ts';
import type { SplitShares } from './validation/split.ts';

/** Bars with where they came from. */
interface BarSource {
  readonly bars: readonly Bar[];
  readonly description: string;
  /** Of the file, or of the canonical JSON of generated bars. */
  readonly sha256: string;
}

/** Everything that makes a model, but for the seed: the same recipe and seed give the same bytes. */
export interface Recipe {
  readonly name: string;
  readonly purpose: Manifest['purpose'];
  readonly symbols: readonly string[];
  readonly calendar: Manifest['calendar'];
  readonly source: BarSource;
  readonly featureSet: FeatureSet;
  /** Bars from the fill to where the predicted return ends. */
  readonly horizonBars: number;
  readonly shares: SplitShares;
  readonly ensemble: EnsembleOptions;
  /** Of the traded amount, at each change of position. */
  readonly costPerSide: number;
  /** The domain reaches past the fitted range by this share of the range's width, on both sides. */
  readonly domainMargin: number;
  /** `chosen` on validation, or `fixed` beforehand. */
  readonly thresholds:
    | { readonly kind: 'chosen' }
    | { readonly kind: 'fixed'; readonly buyAtLeast: number; readonly sellAtMost: number };
  /** What a reader of the report must know about this recipe. */
  readonly caveats: readonly string[];
}
