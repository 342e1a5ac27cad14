import type { Bar } from '../features/bar.ts';
import type { FeatureSet } from '../features/vector.ts';
import type { Manifest } from '../models/manifest.ts';
import type { DataReport } from './data/data-report.ts';
import type { Target } from './data/target.ts';

/** Bars with where they came from. */
export interface BarSource {
  readonly bars: readonly Bar[];
  readonly description: string;
  /** Of the file, or of the canonical JSON of generated bars. */
  readonly sha256: string;
  /** What reading it found. */
  readonly report: DataReport;
}

/** What a model is to be: everything but the seed and how much work it is worth. */
export interface Recipe {
  readonly name: string;
  readonly purpose: Manifest['purpose'];
  /** On which it is to stand in for the model of its name; undefined for one that is to be in production. */
  readonly rung: Exclude<Manifest['rung'], undefined> | undefined;
  readonly symbols: readonly string[];
  readonly interval: Manifest['interval'];
  readonly calendar: Manifest['calendar'];
  readonly source: BarSource;
  /** The features that these bars define. */
  readonly featureSet: FeatureSet;
  readonly direction: Target;
  /** Undefined: a model without a risk head. */
  readonly risk: Target | undefined;
  /** `planted`: what came of the examples is drawn so that the features tell of it; see `data/planted-returns.ts`. */
  readonly outcomes:
    | { readonly kind: 'market' }
    | { readonly kind: 'planted'; readonly pull: number; readonly seed: number };
  /** Of the examples, their newest: looked at once a candidate, after everything was chosen. */
  readonly holdoutShare: number;
  /** Of the traded amount, at each change of position. */
  readonly costPerSide: number;
  /** The domain reaches past the fitted range by this share of the range's width, on both sides. */
  readonly domainMargin: number;
  /** `chosen` on out-of-fold scores, or so that these `shares` of them act. */
  readonly thresholds:
    | { readonly kind: 'chosen' }
    | { readonly kind: 'shares'; readonly buy: number; readonly sell: number };
  /** What a reader of the report must know about this recipe. */
  readonly caveats: readonly string[];
}
