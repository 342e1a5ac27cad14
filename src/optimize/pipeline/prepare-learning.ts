import { err, ok, type Result } from '../../core/result.ts';
import { PAIRED_ROWS_MIN } from '../../stats/paired-gain.ts';
import { buildExamples, type Examples } from '../data/examples.ts';
import { plantedReturns } from '../data/planted-returns.ts';
import type { Target } from '../data/target.ts';
import { targetOutcomes } from '../data/target-outcomes.ts';
import type { Recipe } from '../recipe.ts';
import type { HeadName } from '../train/ensemble.ts';
import { cutHoldout } from '../validation/purged-folds.ts';
import { allSpans, type LearningSet, type Question } from './learning-set.ts';

export interface Learning {
  readonly examples: Examples;
  readonly set: LearningSet;
  /** Examples that may be looked at as often as one likes, ascending. */
  readonly development: Int32Array;
  /** Those that are looked at once a candidate. */
  readonly holdout: Int32Array;
}

/** Bars to examples with what came of them, and the cut between what may be learnt from and what is held out. */
export function prepareLearning(recipe: Recipe): Result<Learning, string> {
  const { source, featureSet, direction, risk } = recipe;
  const horizonBars = Math.max(direction.horizonBars, risk?.horizonBars ?? 0);
  const examples = buildExamples(source.bars, featureSet, horizonBars);
  if (examples.count < EXAMPLES_MIN) {
    return err(`${recipe.name}: ${examples.count} examples are too few: ${EXAMPLES_MIN} are needed`);
  }
  const question = (name: HeadName, target: Target): Question => ({
    name,
    target,
    outcomes: targetOutcomes(source.bars, examples, target),
  });
  const set: LearningSet = {
    count: examples.count,
    width: examples.featureCount,
    features: examples.features,
    featureNames: featureSet.indicators.map(({ name }) => name),
    questions: [question('direction', direction), ...(risk === undefined ? [] : [question('risk', risk)])],
    nextReturns: examples.nextReturns,
    embargoBars: horizonBars,
  };
  const within = Int32Array.from({ length: examples.count }, (_, i) => i);
  const { holdoutShare: share } = recipe;
  const cut = cutHoldout({ spans: allSpans(set), within, share, embargoBars: set.embargoBars });
  if (!cut.ok) return err(`${recipe.name}: ${cut.error}`);
  if (cut.value.holdout.length < PAIRED_ROWS_MIN) {
    return err(
      `${recipe.name}: a holdout of ${cut.value.holdout.length} examples is too small to show anything: ${PAIRED_ROWS_MIN} are needed, with more data or a larger --holdout`,
    );
  }
  const learning = { examples, set, ...cut.value };
  if (recipe.outcomes.kind === 'market') return ok(learning);
  const { pull, seed } = recipe.outcomes;
  return ok(withReturns(learning, plantedReturns({ ...set, pull, seed })));
}

/** As if these returns, one an example, had come of the examples; for horizons of one bar. */
export const withReturns = (learning: Learning, returns: Float64Array): Learning => ({
  ...learning,
  set: {
    ...learning.set,
    nextReturns: returns,
    questions: learning.set.questions.map((question) => {
      const values = question.name === 'risk' ? returns.map(Math.abs) : returns;
      return { ...question, outcomes: { ...question.outcomes, values } };
    }),
  },
});

/** Below it folds inside folds have a few dozen rows. */
const EXAMPLES_MIN = 700;
