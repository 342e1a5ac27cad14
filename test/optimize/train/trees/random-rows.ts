import { SeededRandom } from '../../../../src/core/seeded-random.ts';
import type { LabelledRows } from '../../../../src/optimize/train/labelled-rows.ts';

/** Rows of normal features, a share of them missing, with labels by `isOne` of a row; all weights 1. */
export function randomRows(options: {
  readonly seed: number;
  readonly count: number;
  readonly width: number;
  readonly missingShare: number;
  readonly isOne: (row: Float32Array, random: SeededRandom) => boolean;
}): LabelledRows {
  const { seed, count, width, missingShare, isOne } = options;
  const random = new SeededRandom(seed);
  const features = Float32Array.from({ length: count * width }, () =>
    random.uniform() < missingShare ? NaN : random.normal(),
  );
  const labels = Uint8Array.from({ length: count }, (_, i) =>
    isOne(features.subarray(i * width, (i + 1) * width), random) ? 1 : 0,
  );
  return { count, width, features, labels, weights: new Float64Array(count).fill(1) };
}
