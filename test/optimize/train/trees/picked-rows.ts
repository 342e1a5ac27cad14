import type { LabelledRows } from '../../../../src/optimize/train/labelled-rows.ts';

/** The rows of `rows` in the order of `indices`, which may repeat. */
export function pickedRows(rows: LabelledRows, indices: readonly number[]): LabelledRows {
  const { width, features, labels, weights } = rows;
  return {
    count: indices.length,
    width,
    features: Float32Array.from(indices.flatMap((i) => [...features.subarray(i * width, (i + 1) * width)])),
    labels: Uint8Array.from(indices, (i) => labels[i] as number),
    weights: Float64Array.from(indices, (i) => weights[i] as number),
  };
}
