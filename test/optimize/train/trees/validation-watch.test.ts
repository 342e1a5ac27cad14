import { expect, it } from 'vitest';
import type { Tree } from '../../../../src/optimize/train/trees/tree-ensemble.ts';
import { ValidationWatch } from '../../../../src/optimize/train/trees/validation-watch.ts';

/** A tree that moves every row by `value`. */
const shift = (value: number): Tree => ({
  feature: new Int32Array(0),
  threshold: new Float32Array(0),
  missingLeft: new Uint8Array(0),
  left: new Int32Array(0),
  right: new Int32Array(0),
  leaf: Float32Array.of(value),
});

it('ValidationWatch is exhausted by exactly `patience` trees after the best one', () => {
  const rows = {
    count: 2,
    width: 1,
    features: new Float32Array(2),
    labels: Uint8Array.of(1, 1),
    weights: Float64Array.of(1, 1),
  };
  const watch = new ValidationWatch(rows, 0, 3);
  const seen = [1, -0.5, 1, -0.1, 0, -0.2].map((value) => {
    watch.add(shift(value));
    return [watch.treesAtBest, watch.isExhausted];
  });
  expect(seen).toEqual([
    [1, false],
    [1, false],
    [3, false],
    [3, false],
    [3, false],
    [3, true],
  ]);
});

it('ValidationWatch weighs its rows', () => {
  const rows = {
    count: 2,
    width: 1,
    features: new Float32Array(2),
    labels: Uint8Array.of(1, 0),
    weights: Float64Array.of(1.5, 0.5),
  };
  const watch = new ValidationWatch(rows, 0, 3);
  watch.add(shift(0.5));
  expect(watch.treesAtBest).toBe(1);
});
