import { allOk, ok, type Result } from '../../core/result.ts';
import { headScores } from '../train/ensemble.ts';
import type { Fold } from '../validation/fold.ts';
import { expandingFolds } from './expanding-folds.ts';
import { type FittedHead, fitHead, type HeadFitting } from './fit-head.ts';
import { baseRateOf, featuresAt } from './learning-set.ts';

/** What the whole procedure, done anew on a fold's past, says of the block after it. */
export interface FoldEstimate {
  readonly fold: Fold;
  /** In the order of the set's questions. */
  readonly heads: readonly HeadEstimate[];
}

interface HeadEstimate {
  readonly fitted: FittedHead;
  /** Of the fold's test examples. */
  readonly scores: Float64Array;
  readonly labels: Uint8Array;
  /** Share of label 1 in the fold's training. */
  readonly baseRate: number;
}

/**
 * The nested walk-forward estimate: in every fold features, hyperparameters, stacking and calibration are chosen again
 * from what came before, so its figures are of the procedure and owe nothing to having seen the answers.
 */
export async function walkForward(
  fitting: Omit<HeadFitting, 'job' | 'question'>,
): Promise<Result<readonly FoldEstimate[], string>> {
  const folds = outerFolds(fitting);
  if (!folds.ok) return folds;
  return allOk(
    await Promise.all(
      folds.value.map((fold, k) => estimateFold({ ...fitting, within: fold.train }, fold, `fold ${k + 1}`)),
    ),
  );
}

/** Two fifths of the range only ever train. */
const outerFolds = ({
  set,
  within,
  settings,
}: Omit<HeadFitting, 'job' | 'question'>): Result<readonly Fold[], string> =>
  settings.outerFolds === 0
    ? ok([])
    : expandingFolds(set, { within, foldCount: settings.outerFolds, firstTrainShare: 0.4 });

async function estimateFold(
  fitting: Omit<HeadFitting, 'job' | 'question'>,
  fold: Fold,
  job: string,
): Promise<Result<FoldEstimate, string>> {
  const { set } = fitting;
  const fits = allOk(
    await Promise.all(set.questions.map((question) => fitHead({ ...fitting, job, question }))),
  );
  if (!fits.ok) return fits;
  const features = featuresAt(set, fold.test);
  const heads = fits.value.map((fitted) => {
    const { labels } = fitted.labelling;
    return {
      fitted,
      scores: headScores(fitted.head, features, set.width),
      labels: Uint8Array.from(fold.test, (index) => labels[index] as number),
      baseRate: baseRateOf(labels, fold.train),
    };
  });
  return ok({ fold, heads });
}
