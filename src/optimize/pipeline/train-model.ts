import { allOk, ok, type Result } from '../../core/result.ts';
import type { Ensemble, Head } from '../train/ensemble.ts';
import { type FittedHead, fitHead, type HeadFitting } from './fit-head.ts';
import { type FoldEstimate, walkForward } from './walk-forward.ts';

export interface TrainedModel {
  /** Over the features that some head looks at; `columns` says which of the set's they are. */
  readonly ensemble: Ensemble;
  readonly columns: readonly number[];
  /** As they were fitted on the whole range, in the order of the outputs; columns are the set's. */
  readonly heads: readonly FittedHead[];
  /** What the same procedure did on each fold of the range. */
  readonly folds: readonly FoldEstimate[];
  /** Whether the clock ended a search before its trials were done. */
  readonly isCut: boolean;
}

/** The model of a range and, beside it, the nested estimate of how good such a model is. */
export async function trainModel(
  fitting: Omit<HeadFitting, 'job' | 'question'>,
): Promise<Result<TrainedModel, string>> {
  const { questions } = fitting.set;
  const [folds, ...fits] = await Promise.all([
    walkForward(fitting),
    ...questions.map((question) => fitHead({ ...fitting, job: 'final', question })),
  ]);
  if (!folds.ok) return folds;
  const fitted = allOk(fits);
  if (!fitted.ok) return fitted;
  const heads = fitted.value;
  const all = [...heads, ...folds.value.flatMap((fold) => fold.heads.map((head) => head.fitted))];
  return ok({
    ...narrowed(heads.map(({ head }) => head)),
    heads,
    folds: folds.value,
    isCut: all.some(({ search }) => search.isCut),
  });
}

/** The heads over the features that any of them looks at, and which of the set's features these are. */
function narrowed(heads: readonly Head[]): Pick<TrainedModel, 'ensemble' | 'columns'> {
  const columns = [...new Set(heads.flatMap((head) => head.columns))].sort((a, b) => a - b);
  const placeOf = new Map(columns.map((column, place) => [column, place]));
  const moved = heads.map((head) => ({
    ...head,
    columns: head.columns.map((column) => placeOf.get(column) as number),
  }));
  return { ensemble: { width: columns.length, heads: moved }, columns };
}
