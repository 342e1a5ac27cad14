import type { LabelledRows } from './labelled-rows.ts';
import { type Standardiser, standardise } from './standardiser.ts';

/** Standardised inputs with their labels, as the trainers of weights take them. */
export interface TrainingRows {
  readonly count: number;
  readonly width: number;
  /** [count × width], row-major. */
  readonly inputs: Float64Array;
  /** 0 or 1; between them where another model's scores are to be learnt. */
  readonly labels: ArrayLike<number>;
  /** Of each row in every sum, > 0, mean 1. */
  readonly weights: Float64Array;
}

export const toTrainingRows = (standardiser: Standardiser, rows: LabelledRows): TrainingRows => ({
  count: rows.count,
  width: rows.width,
  inputs: standardise(standardiser, rows.features),
  labels: rows.labels,
  weights: rows.weights,
});
