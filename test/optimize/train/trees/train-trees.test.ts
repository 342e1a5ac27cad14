import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../src/core/seeded-random.ts';
import { sigmoid } from '../../../../src/core/sigmoid.ts';
import type { LabelledRows } from '../../../../src/optimize/train/labelled-rows.ts';
import { logLoss } from '../../../../src/optimize/train/log-loss.ts';
import { trainTrees } from '../../../../src/optimize/train/trees/train-trees.ts';
import type { Tree, TreeEnsemble } from '../../../../src/optimize/train/trees/tree-ensemble.ts';
import { treeLogits } from '../../../../src/optimize/train/trees/tree-logits.ts';
import { plainTreeOptions, type TreeOptions } from '../../../../src/optimize/train/trees/tree-options.ts';
import { areaUnderCurve } from '../../../../src/stats/area-under-curve.ts';
import { pickedRows } from './picked-rows.ts';
import { randomRows } from './random-rows.ts';

const small: TreeOptions = { ...plainTreeOptions, treesMax: 20, leavesMax: 8, rowsInLeafMin: 5 };
const at = (row: Float32Array, feature: number): number => row[feature] as number;

/** Two features that matter only together, a third that is noise; some values are missing. */
const xorRows = (seed: number, count = 1500): LabelledRows =>
  randomRows({
    seed,
    count,
    width: 3,
    missingShare: 0.05,
    isOne: (row, random) => (at(row, 0) > 0 !== at(row, 1) > 0) !== random.uniform() < 0.1,
  });

function lossOf(ensemble: TreeEnsemble, rows: LabelledRows): number {
  return logLoss(Array.from(treeLogits(ensemble, rows.features), sigmoid), rows.labels);
}

function depthOf(tree: Tree, node: number): number {
  if (node < 0 || tree.feature.length === 0) return 0;
  return 1 + Math.max(depthOf(tree, tree.left[node] as number), depthOf(tree, tree.right[node] as number));
}

/** How many rows end in each leaf. */
function leafSizes(tree: Tree, { features, width, count }: LabelledRows): number[] {
  const marked: Tree = { ...tree, leaf: Float32Array.from(tree.leaf, (_, i) => i) };
  const sizes = Array.from(tree.leaf, () => 0);
  const leaves = treeLogits({ width, base: 0, trees: [marked] }, features);
  for (let row = 0; row < count; row += 1)
    sizes[leaves[row] as number] = (sizes[leaves[row] as number] ?? 0) + 1;
  return sizes;
}

describe('trainTrees', () => {
  it('learns what two features say together, on rows it has not seen', () => {
    const ensemble = trainTrees(xorRows(1), undefined, small);
    const test = xorRows(2);
    expect(areaUnderCurve(treeLogits(ensemble, test.features), test.labels)).toBeGreaterThan(0.85);
  });

  it('sends missing values where they fare best, either way', () => {
    for (const missingIsOne of [true, false]) {
      const rows = randomRows({
        seed: 3,
        count: 600,
        width: 1,
        missingShare: 0.3,
        isOne: (row) => (Number.isNaN(at(row, 0)) ? missingIsOne : at(row, 0) > 0),
      });
      const ensemble = trainTrees(rows, undefined, { ...small, treesMax: 50 });
      const [missing, high, low] = treeLogits(ensemble, Float32Array.of(NaN, 2, -2)) as unknown as number[];
      expect(missing).toBeCloseTo((missingIsOne ? high : low) as number, 3);
      expect(high).toBeGreaterThan(2);
      expect(low).toBeLessThan(-2);
    }
  });

  it('splits what is missing from all that is present', () => {
    const rows = randomRows({
      seed: 4,
      count: 400,
      width: 1,
      missingShare: 0.5,
      isOne: (row) => Number.isNaN(at(row, 0)),
    });
    const [tree] = trainTrees(rows, undefined, { ...small, treesMax: 1, leavesMax: 2 }).trees;
    expect(tree?.threshold).toEqual(Float32Array.of(Infinity));
    expect(tree?.missingLeft).toEqual(Uint8Array.of(0));
  });

  it('keeps every leaf, depth and size within its limits', () => {
    const rows = xorRows(5);
    const options = { ...small, leavesMax: 7, depthMax: 4, rowsInLeafMin: 40 };
    const { trees } = trainTrees(rows, undefined, options);
    expect(trees).toHaveLength(options.treesMax);
    for (const tree of trees) {
      expect(tree.leaf.length).toBeLessThanOrEqual(7);
      expect(tree.feature).toHaveLength(tree.leaf.length - 1);
      expect(depthOf(tree, 0)).toBeLessThanOrEqual(4);
      expect(Math.min(...leafSizes(tree, rows))).toBeGreaterThanOrEqual(40);
    }
  });

  it('grows no tree where nothing gains enough', () => {
    expect(trainTrees(xorRows(6), undefined, { ...small, gainMin: 1e6 }).trees).toEqual([]);
    expect(trainTrees(xorRows(6), undefined, { ...small, l1: 1e6 }).trees).toEqual([]);
  });

  it('makes smaller leaves with a larger penalty', () => {
    const largest = (options: Partial<TreeOptions>): number => {
      const { trees } = trainTrees(xorRows(7), undefined, { ...small, ...options });
      return Math.max(...trees.flatMap((tree) => Array.from(tree.leaf, Math.abs)));
    };
    expect(largest({ l2: 100 })).toBeLessThan(largest({}) / 2);
    expect(largest({ l1: 20 })).toBeLessThan(largest({}));
  });

  it('takes a weight of 2 for the same row twice', () => {
    const features = Float32Array.from({ length: 3 * 400 }, (_, i) => Math.round(3 * Math.sin(i * i)));
    const base = { ...xorRows(9, 400), features };
    const weights = Float64Array.from({ length: 400 }, (_, i) => 1 + (i % 2));
    const twice = pickedRows(
      base,
      Array.from({ length: 400 }, (_, i) => (i % 2 === 1 ? [i, i] : [i])).flat(),
    );
    const options = { ...small, rowsInLeafMin: 1 };
    const weighted = trainTrees({ ...base, weights }, undefined, options);
    const repeated = trainTrees(twice, undefined, options);
    const shape = ({ trees }: TreeEnsemble) => trees.map(({ leaf: _, ...splits }) => splits);
    const leaves = ({ trees }: TreeEnsemble): number[] => trees.flatMap(({ leaf }) => [...leaf]);
    expect(weighted.trees.length).toBeGreaterThan(5);
    expect(shape(weighted)).toEqual(shape(repeated));
    leaves(repeated).forEach((leaf, i) => {
      expect(leaves(weighted)[i]).toBeCloseTo(leaf, 6);
    });
  });

  it('gives the same bits for the same seed, and others for another where it draws', () => {
    const rows = xorRows(10);
    const drawing = { ...small, rowFraction: 0.6, rowsInBlock: 20, featureFraction: 0.7 };
    const first = trainTrees(rows, undefined, drawing);
    expect(trainTrees(rows, undefined, drawing)).toEqual(first);
    expect(trainTrees(rows, undefined, { ...drawing, seed: 1 })).not.toEqual(first);
    expect(areaUnderCurve(treeLogits(first, rows.features), rows.labels)).toBeGreaterThan(0.85);
  });

  it('names every option that is out of range', () => {
    const wrong = { ...small, leavesMax: 1, learningRate: 0, monotone: [1] as const };
    expect(() => trainTrees(xorRows(1, 50), undefined, wrong)).toThrow(
      /leavesMax 1, learningRate 0, monotone 1/,
    );
  });
});

describe('early stopping', () => {
  const noise = (seed: number): LabelledRows =>
    randomRows({
      seed,
      count: 800,
      width: 4,
      missingShare: 0,
      isOne: (row, random) => at(row, 0) + 2 * random.normal() > 0,
    });

  it('keeps the trees up to the lowest validation loss and looks `patience` trees beyond', () => {
    const [train, validation] = [noise(11), noise(12)];
    const options = { ...small, treesMax: 200, patience: 7 };
    const kept = trainTrees(train, validation, options);
    const all = trainTrees(train, undefined, options);
    const losses = Array.from({ length: kept.trees.length + options.patience + 1 }, (_, count) =>
      lossOf({ ...all, trees: all.trees.slice(0, count) }, validation),
    );
    expect(kept.trees.length).toBeGreaterThan(2);
    expect(kept.trees.length).toBeLessThan(100);
    expect(kept.trees).toEqual(all.trees.slice(0, kept.trees.length));
    expect(losses[kept.trees.length]).toBe(Math.min(...losses));
  });

  it('keeps no tree where each makes it worse', () => {
    const validation = noise(14);
    const contrary = { ...validation, labels: validation.labels.map((label) => 1 - label) };
    expect(trainTrees(noise(13), contrary, { ...small, patience: 3 }).trees).toEqual([]);
  });
});

describe('a monotone constraint', () => {
  const rows = randomRows({
    seed: 15,
    count: 1500,
    width: 3,
    missingShare: 0.05,
    isOne: (row, random) => {
      const [a, b, c] = Array.from(row, (value) => (Number.isNaN(value) ? 0 : value)) as [
        number,
        number,
        number,
      ];
      return a - b + 2 * Math.abs(a) * c + 1.5 * random.normal() > 0;
    },
  });

  /** How often, along lines in one feature's direction, the score moves against `direction`. */
  function violations(ensemble: TreeEnsemble, feature: number, direction: number): number {
    const random = new SeededRandom(16);
    const steps = 80;
    let count = 0;
    for (let line = 0; line < 60; line += 1) {
      const base = Array.from({ length: 3 }, () => (random.uniform() < 0.1 ? NaN : 1.5 * random.normal()));
      const grid = Array.from({ length: steps }, (_, i) =>
        base.map((value, j) => (j === feature ? -4 + (8 * i) / steps : value)),
      );
      const logits = treeLogits(ensemble, Float32Array.from(grid.flat()));
      for (let i = 1; i < steps; i += 1) {
        if (direction * ((logits[i] as number) - (logits[i - 1] as number)) < 0) count += 1;
      }
    }
    return count;
  }

  it('lets no split go against its direction, which would only part the rows', () => {
    const falling = randomRows({
      seed: 17,
      count: 300,
      width: 1,
      missingShare: 0,
      isOne: (row) => at(row, 0) < 0,
    });
    expect(trainTrees(falling, undefined, { ...small, monotone: [1] }).trees).toEqual([]);
    expect(trainTrees(falling, undefined, { ...small, monotone: [-1] }).trees).not.toEqual([]);
  });

  it('holds on every line in its direction, through many interacting trees', () => {
    const options = { ...small, treesMax: 60, leavesMax: 16 };
    const free = trainTrees(rows, undefined, options);
    const held = trainTrees(rows, undefined, { ...options, monotone: [1, -1, 0] });
    expect(violations(free, 0, 1)).toBeGreaterThan(0);
    expect(violations(free, 1, -1)).toBeGreaterThan(0);
    expect(violations(held, 0, 1)).toBe(0);
    expect(violations(held, 1, -1)).toBe(0);
    expect(violations(held, 2, 1)).toBeGreaterThan(0);
    expect(areaUnderCurve(treeLogits(held, rows.features), rows.labels)).toBeGreaterThan(0.7);
  });
});
