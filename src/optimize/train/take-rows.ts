import type { LabelledRows } from './labelled-rows.ts';

/** The rows at `indices`, in that order. Weights are scaled to mean 1 again. */
export function takeRows(rows: LabelledRows, indices: ArrayLike<number>): LabelledRows {
  const { width } = rows;
  const count = indices.length;
  const features = new Float32Array(count * width);
  const labels = new Uint8Array(count);
  const weights = new Float64Array(count);
  let weightSum = 0;
  for (let i = 0; i < count; i += 1) {
    const row = indices[i] as number;
    features.set(rows.features.subarray(row * width, (row + 1) * width), i * width);
    labels[i] = rows.labels[row] as number;
    weights[i] = rows.weights[row] as number;
    weightSum += weights[i] as number;
  }
  for (let i = 0; i < count; i += 1) weights[i] = ((weights[i] as number) * count) / weightSum;
  return { count, width, features, labels, weights };
}
