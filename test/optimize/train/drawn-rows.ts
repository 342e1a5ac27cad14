import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { sigmoid } from '../../../src/core/sigmoid.ts';
import type { LabelledRows } from '../../../src/optimize/train/labelled-rows.ts';
import type { TrainingRows } from '../../../src/optimize/train/training-rows.ts';

/** Rows of two normal inputs, labelled 1 with probability sigmoid(logit(a, b)); each counts the same. */
export function drawnRows(
  seed: number,
  count: number,
  logit: (a: number, b: number) => number,
): TrainingRows & { readonly labels: Uint8Array } {
  const random = new SeededRandom(seed);
  const inputs = new Float64Array(count * 2);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    const a = random.normal();
    const b = random.normal();
    inputs.set([a, b], i * 2);
    labels[i] = random.uniform() < sigmoid(logit(a, b)) ? 1 : 0;
  }
  return { count, width: 2, inputs, labels, weights: new Float64Array(count).fill(1) };
}

/** The same as raw features in f32. */
export const drawnFeatures = (...drawn: Parameters<typeof drawnRows>): LabelledRows => {
  const { inputs, ...rows } = drawnRows(...drawn);
  return { ...rows, features: Float32Array.from(inputs) };
};

/** The rows with the weights given, and the rows with each as often as its weight says. */
export function weightedAndRepeated(
  rows: TrainingRows,
  weights: readonly number[],
): { readonly weighted: TrainingRows; readonly repeated: TrainingRows } {
  const places = weights.flatMap((weight, i) => new Array<number>(weight).fill(i));
  const { width, inputs, labels } = rows;
  return {
    weighted: { ...rows, weights: Float64Array.from(weights) },
    repeated: {
      count: places.length,
      width,
      inputs: Float64Array.from(places.flatMap((i) => [...inputs.subarray(i * width, (i + 1) * width)])),
      labels: Uint8Array.from(places, (i) => labels[i] as number),
      weights: new Float64Array(places.length).fill(1),
    },
  };
}
