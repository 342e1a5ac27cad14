/** How thorough a selection is; more rounds, repeats and resamples cost time and let weaker features be told from chance. */
export interface SelectionSettings {
  /** Of the shadow test, 10 … 1,000. */
  readonly shadowRoundsMax: number;
  /** Of the shadow test: chance that any feature without information is accepted. */
  readonly significance: number;
  /** Linear R² at which the kept features make another one redundant, in (0, 1]. */
  readonly r2Min: number;
  /** Permutations of each feature in each fold, ≥ 1. */
  readonly permutationRepeats: number;
  /** Halves of the rows on which the shadow test is repeated, even, ≥ 2. */
  readonly stabilityResamples: number;
  /** Shadow rounds on each half, odd: a feature is chosen there by beating the best shadow in most of them. */
  readonly stabilityRounds: number;
  /** Share of the halves that must choose a feature, in [0.5, 1]. */
  readonly stabilityShareMin: number;
  /** Rows whose order matters, ≥ 1: the horizon of overlapping labels, or how long a series remembers. */
  readonly blockLength: number;
  /** Of each interval: bootstrap resamples, ≥ 100, and two-sided confidence. */
  readonly intervalResamples: number;
  readonly confidence: number;
  /** Repeat the selection inside each fold and report what each step did to rows it has not seen. Costs 3 × the time. */
  readonly measuresEffects: boolean;
}

export const thoroughSelection: SelectionSettings = {
  shadowRoundsMax: 20,
  significance: 0.05,
  r2Min: 0.95,
  permutationRepeats: 5,
  stabilityResamples: 10,
  stabilityRounds: 3,
  stabilityShareMin: 0.6,
  blockLength: 1,
  intervalResamples: 200,
  confidence: 0.95,
  measuresEffects: true,
};

/** For use inside folds of another search: the same steps, fewer repeats, no effects. */
export const quickSelection: SelectionSettings = {
  ...thoroughSelection,
  shadowRoundsMax: 12,
  permutationRepeats: 2,
  stabilityResamples: 6,
  measuresEffects: false,
};
