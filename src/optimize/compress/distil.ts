import { smoothedRows } from './smoothed-rows.ts';

/** Rows with the teacher's scores for labels. */
export interface SoftRows {
  readonly count: number;
  readonly width: number;
  /** f32[count × width], row-major, in raw units. */
  readonly features: Float32Array;
  /** In [0, 1]; what a student's log-loss is taken against. */
  readonly targets: Float64Array;
  /** Of each row in every sum, mean 1. */
  readonly weights: Float64Array;
}

interface Distillation<Student> {
  /** f32[count × width] of real rows, all of which are used. */
  readonly rows: Float32Array;
  readonly width: number;
  /** Smoothed-bootstrap rows beside the real ones, so that the student sees the teacher between them too. */
  readonly smoothedCount: number;
  readonly min: ArrayLike<number>;
  readonly max: ArrayLike<number>;
  readonly seed: number;
  /** The larger model: a score of each row. */
  readonly teacher: (rows: Float32Array) => ArrayLike<number>;
  /** Fits the smaller model to soft targets. */
  readonly train: (rows: SoftRows) => Student;
}

/**
 * A smaller model taught to answer as a larger one does, on soft scores rather than labels (Buciluă et al.,
 * 2006; Hinton et al., 2015, at temperature 1): the noise of the labels is left out, and rows can be made up.
 * Real rows as a whole weigh as much as the smoothed ones.
 */
export function distil<Student>({
  rows,
  width,
  smoothedCount,
  min,
  max,
  seed,
  teacher,
  train,
}: Distillation<Student>): Student {
  const realCount = rows.length / width;
  const smoothed = smoothedRows(rows, { count: smoothedCount, width, min, max, seed }).rows;
  const features = new Float32Array(rows.length + smoothed.length);
  features.set(rows);
  features.set(smoothed, rows.length);
  const count = realCount + smoothedCount;
  const halves = smoothedCount === 0 ? 1 : 2;
  const weights = Float64Array.from(
    { length: count },
    (_, i) => count / halves / (i < realCount ? realCount : smoothedCount),
  );
  return train({ count, width, features, targets: Float64Array.from(teacher(features)), weights });
}
