import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../src/core/seeded-random.ts';
import { snapThresholds, ThresholdGrid } from '../../../../src/optimize/train/coarse/threshold-grid.ts';
import { normals, randomEnsemble } from '../../compress/random-model.ts';

const SEED = 77;
const random = new SeededRandom(SEED);
const WIDTH = 6;
const ensemble = randomEnsemble(random, WIDTH, 40, 12);

describe(`snapThresholds, seed ${SEED}`, () => {
  it('moves a threshold by at most half a step, onto a point that stays', () => {
    const standardiser = {
      mean: normals(random, WIDTH, 10),
      inverseDeviation: Float32Array.of(0.1, 1, 3, 0, 100, 0.001),
      min: -4,
      max: 4,
    };
    const grid = new ThresholdGrid(standardiser, 7);
    const snapped = snapThresholds(ensemble, grid);
    snapped.trees.forEach((tree, t) => {
      tree.threshold.forEach((threshold, split) => {
        const feature = tree.feature[split] as number;
        const step = 1 / (standardiser.inverseDeviation[feature] || 1) / 128;
        const before = ensemble.trees[t]?.threshold[split] as number;
        expect(Math.abs(threshold - before)).toBeLessThanOrEqual(step / 2 + 1e-5);
        expect(grid.holds(feature, threshold)).toBe(true);
      });
    });
    expect(snapThresholds(snapped, grid)).toEqual(snapped);
  });
});
