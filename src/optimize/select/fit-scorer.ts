import type { LabelledRows } from '../train/labelled-rows.ts';

/** Probabilities of label 1, one a row, of f32[rows × width] row-major features. */
export type Scorer = (features: Float32Array) => ArrayLike<number>;

/** A model with its settings bound: what the selection is for. The same rows and seed give the same scorer. */
export type FitScorer = (rows: LabelledRows, seed: number) => Scorer;
