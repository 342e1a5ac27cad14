/** Labelled examples in raw units, as the trainers of the factory take them; oldest first where order matters. */
export interface LabelledRows {
  readonly count: number;
  readonly width: number;
  /** f32[count × width], row-major. NaN is a missing value; only trees can take one. */
  readonly features: Float32Array;
  /** 0 or 1. */
  readonly labels: Uint8Array;
  /** Of each row in every sum, > 0, mean 1. */
  readonly weights: Float64Array;
}
