import type { LabelledRows } from '../train/labelled-rows.ts';
import type { Fold } from '../validation/fold.ts';
import { type Dropped, dropReasons } from './drop-reasons.ts';
import type { FitScorer } from './fit-scorer.ts';
import type { FitTrees } from './fit-trees.ts';
import {
  type ChainFindings,
  keptAfter,
  mostImportantFirst,
  type SelectionStepName,
  selectionChain,
  selectionSteps,
} from './selection-chain.ts';
import { type SelectionEffect, selectionEffects } from './selection-effects.ts';
import { assertSelectionSettings, type SelectionSettings } from './selection-settings.ts';
import { walkForwardFolds } from './walk-forward-folds.ts';

export interface SelectFeaturesOptions {
  /** Training rows alone, in time order. Features are finite or NaN. */
  readonly rows: LabelledRows;
  /** Purged and embargoed, over `rows`; undefined for three in time order, see `walkForwardFolds`. */
  readonly folds: readonly Fold[] | undefined;
  /** For the shadow test and its stability. */
  readonly fitTrees: FitTrees;
  /** The model that the features are for: it has the word on usefulness and effects. */
  readonly fitScorer: FitScorer;
  readonly settings: SelectionSettings;
  readonly seed: number;
  /** Called before each step with the share of steps that are done, in [0, 1). */
  readonly progress: (doneShare: number, step: SelectionStepName) => void;
}

export interface SelectionStep {
  readonly name: SelectionStepName;
  /** Ascending. */
  readonly kept: readonly number[];
  /** What this step dropped of what the step before had kept, with its measured reason. */
  readonly dropped: readonly Dropped[];
  /** Undefined where the settings do not ask for it. */
  readonly effect: SelectionEffect | undefined;
}

export interface Selection {
  /** Ascending; empty where nothing tells anything about the labels. */
  readonly kept: readonly number[];
  /** All features, best first: the kept ones, then what each step dropped, the last step's first. */
  readonly ranking: readonly number[];
  readonly steps: readonly SelectionStep[];
  readonly findings: ChainFindings;
}

/**
 * Chooses the features that a model needs: all that tell something about the label, less what others already
 * say, what does not help on later rows and what only some halves of the rows agree on. The same rows, seed and
 * settings give the same selection on every engine. Throws a RangeError for infinite features, for fewer rows than
 * folds can be made of, and for settings or folds out of range.
 */
export function selectFeatures(options: SelectFeaturesOptions): Selection {
  const { rows, settings } = options;
  assertSelectionSettings(settings);
  const folds = options.folds ?? walkForwardFolds(rows.count, settings.blockLength - 1);
  assertUsable(rows, folds);
  const chains = settings.measuresEffects ? folds.length + 1 : 1;
  let done = 0;
  const onStep = (step: SelectionStepName): void => {
    options.progress(done / (chains * selectionSteps.length), step);
    done += 1;
  };
  const findings = selectionChain(rows, { ...options, folds, onStep });
  const effects = settings.measuresEffects ? effectsOf({ ...options, folds }, onStep) : undefined;
  const kept = keptAfter(findings);
  const reasons = dropReasons(findings);
  const steps = selectionSteps.map((name): SelectionStep => {
    return { name, kept: kept[name], dropped: reasons[name], effect: effects?.[name] };
  });
  return { kept: kept.stability, ranking: rankingOf(findings), steps, findings };
}

function effectsOf(
  options: SelectFeaturesOptions & { readonly folds: readonly Fold[] },
  onStep: (step: SelectionStepName) => void,
): Readonly<Record<SelectionStepName, SelectionEffect>> {
  const { settings, seed } = options;
  const selectOn = (train: LabelledRows, fold: number): ReturnType<typeof keptAfter> => {
    const folds = walkForwardFolds(train.count, settings.blockLength - 1);
    return keptAfter(selectionChain(train, { ...options, folds, seed: seed + 1 + fold, onStep }));
  };
  const { blockLength, intervalResamples: resamples, confidence } = settings;
  return selectionEffects(options.rows, {
    ...options,
    steps: selectionSteps,
    selectOn,
    blockLength,
    resamples,
    confidence,
  });
}

function assertUsable(rows: LabelledRows, folds: readonly Fold[]): void {
  if (rows.features.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY)) {
    throw new RangeError('a feature is infinite');
  }
  if (folds.length === 0) throw new RangeError('no folds');
  const isOutside = (row: number): boolean => !(row >= 0 && row < rows.count);
  for (const { train, test } of folds) {
    if (train.length === 0 || test.length === 0) throw new RangeError('a fold has no rows');
    if (train.some(isOutside) || test.some(isOutside)) {
      throw new RangeError(`a fold has rows outside 0 … ${rows.count - 1}`);
    }
    const isTrained = new Set(train);
    if (test.some((row) => isTrained.has(row)))
      throw new RangeError('a fold is judged on rows it is fitted on');
  }
}

function rankingOf({ shadow, redundancy, permutation, stability }: ChainFindings): readonly number[] {
  const byShare = stability.toSorted((a, b) => b.share - a.share);
  const importance = new Map(permutation.map((finding) => [finding.feature, finding.importance]));
  const importanceOf = (feature: number): number => importance.get(feature) ?? 0;
  const stable = stability
    .filter(({ verdict }) => verdict === 'stable')
    .toSorted((a, b) => importanceOf(b.feature) - importanceOf(a.feature));
  const byShadow = shadow.toSorted(mostImportantFirst);
  // A set keeps the first place that a feature was given.
  const places = [stable, byShare, permutation, redundancy, byShadow].flat();
  return [...new Set(places.map(({ feature }) => feature))];
}
