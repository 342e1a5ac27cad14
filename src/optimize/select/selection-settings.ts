/** How thorough a selection is; more rounds, repeats and resamples cost time and let weaker features be told from chance. */
export interface SelectionSettings {
  /** Of the shadow test, 10 … 1,000. */
  readonly shadowRoundsMax: number;
  /** Of the shadow test: chance that any feature without information is accepted. */
  readonly significance: number;
  /** Spearman's ρ² from which the shadow tests take features as one, in (0, 1]; 1 is every feature for itself. */
  readonly groupR2Min: number;
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
  /**
   * Rows that are permuted, left out and resampled as one, ≥ 1: at least the horizon of overlapping labels, and how
   * long the features remember. Too small, and slow noise is taken for a signal: against labels 20 bars long, a
   * shadow test with 1 lets in a third of pure AR(1) noise, one with 20 a thirtieth.
   */
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
  groupR2Min: 0.5,
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

/** Throws a RangeError that names every setting outside its range. */
export function assertSelectionSettings(settings: SelectionSettings): void {
  const faults: string[] = [];
  const demand = (name: keyof SelectionSettings, isMet: boolean): void => {
    if (!isMet) faults.push(`${name} ${String(settings[name])}`);
  };
  const isWhole = (name: keyof SelectionSettings, min: number, max: number): boolean =>
    Number.isInteger(settings[name]) && Number(settings[name]) >= min && Number(settings[name]) <= max;
  const { significance, r2Min, stabilityShareMin, stabilityResamples, stabilityRounds, confidence } =
    settings;
  demand('shadowRoundsMax', isWhole('shadowRoundsMax', 10, 1_000));
  demand('significance', significance > 0 && significance < 1);
  demand('groupR2Min', settings.groupR2Min > 0 && settings.groupR2Min <= 1);
  demand('r2Min', r2Min > 0 && r2Min <= 1);
  demand('permutationRepeats', isWhole('permutationRepeats', 1, 1_000));
  demand('stabilityResamples', isWhole('stabilityResamples', 2, 1_000) && stabilityResamples % 2 === 0);
  demand('stabilityRounds', isWhole('stabilityRounds', 1, 1_000) && stabilityRounds % 2 === 1);
  demand('stabilityShareMin', stabilityShareMin >= 0.5 && stabilityShareMin <= 1);
  demand('blockLength', isWhole('blockLength', 1, Number.MAX_SAFE_INTEGER));
  demand('intervalResamples', isWhole('intervalResamples', 100, 100_000));
  demand('confidence', confidence > 0 && confidence < 1);
  if (faults.length > 0) throw new RangeError(`selection settings out of range: ${faults.join(', ')}`);
}
