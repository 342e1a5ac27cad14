import { roundHalfEven } from '../../../onnx/round-half-even.ts';
import type { TreeEnsemble } from '../trees/tree-ensemble.ts';
import type { StandardiserTables } from './standardiser-tables.ts';

/**
 * Points that a feature's thresholds may stand on: its mean plus whole steps of 2^−bits of its deviation (of 1
 * where it has none). On a grid a threshold is told by a small integer, ascending ones by the small differences
 * between them, with no other table than the standardiser's.
 */
export class ThresholdGrid {
  readonly #mean: Float32Array;
  readonly #stepsPerUnit: Float64Array;

  /** `bits`: 0 to 12. */
  constructor({ mean, inverseDeviation }: StandardiserTables, bits: number) {
    if (!Number.isInteger(bits) || bits < 0 || bits > 12)
      throw new RangeError(`${bits} bits are not in 0 to 12`);
    this.#mean = mean;
    this.#stepsPerUnit = Float64Array.from(
      inverseDeviation,
      (inverse) => (inverse > 0 ? inverse : 1) * (1 << bits),
    );
  }

  /** The point with this number, as f32. */
  pointAt(feature: number, code: number): number {
    return Math.fround((this.#mean[feature] as number) + code / (this.#stepsPerUnit[feature] as number));
  }

  /** Number of the nearest point. */
  nearest(feature: number, threshold: number): number {
    return roundHalfEven(
      (threshold - (this.#mean[feature] as number)) * (this.#stepsPerUnit[feature] as number),
    );
  }

  holds(feature: number, threshold: number): boolean {
    return this.pointAt(feature, this.nearest(feature, threshold)) === threshold;
  }
}

/**
 * The ensemble with each threshold moved to the nearest point of the grid, by at most half a step. A row
 * changes its side of a split only where a value lies between the old place and the new one.
 */
export function snapThresholds(ensemble: TreeEnsemble, grid: ThresholdGrid): TreeEnsemble {
  const trees = ensemble.trees.map((tree) => ({
    ...tree,
    threshold: tree.threshold.map((threshold, split) => {
      const feature = tree.feature[split] as number;
      return grid.pointAt(feature, grid.nearest(feature, threshold));
    }),
  }));
  return { ...ensemble, trees };
}
