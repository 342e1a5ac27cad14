import { SeededRandom } from '../../../src/core/seeded-random.ts';
import type { LabelledRows } from '../../../src/optimize/train/labelled-rows.ts';

/** Normal features, with labels and further columns made of them row by row. */
export function selectionRows(options: {
  readonly count: number;
  readonly normals: number;
  readonly seed: number;
  readonly isPositive: (normals: readonly number[], random: SeededRandom) => boolean;
  readonly derived?: (normals: readonly number[], random: SeededRandom) => readonly number[];
}): LabelledRows {
  const { count, normals, seed, isPositive, derived = () => [] } = options;
  const random = new SeededRandom(seed);
  const rows: number[][] = [];
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    const drawn = Array.from({ length: normals }, () => random.normal());
    rows.push([...drawn, ...derived(drawn, random)]);
    labels[i] = isPositive(drawn, random) ? 1 : 0;
  }
  return {
    count,
    width: rows[0]?.length ?? 0,
    features: Float32Array.from(rows.flat()),
    labels,
    weights: new Float64Array(count).fill(1),
  };
}
