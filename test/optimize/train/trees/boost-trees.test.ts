import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../src/core/seeded-random.ts';
import type { LabelledRows } from '../../../../src/optimize/train/labelled-rows.ts';
import { binFeatures } from '../../../../src/optimize/train/trees/bin-features.ts';
import { boostTrees } from '../../../../src/optimize/train/trees/boost-trees.ts';
import { trainTrees } from '../../../../src/optimize/train/trees/train-trees.ts';
import type { Tree } from '../../../../src/optimize/train/trees/tree-ensemble.ts';
import { treeLogits } from '../../../../src/optimize/train/trees/tree-logits.ts';
import { plainTreeOptions, type TreeOptions } from '../../../../src/optimize/train/trees/tree-options.ts';
import { TreeSampler } from '../../../../src/optimize/train/trees/tree-sampler.ts';
import { pickedRows } from './picked-rows.ts';
import { randomRows } from './random-rows.ts';

/** The gain of the best single split, by trying every value of every feature on the raw rows. */
function bestGain(rows: LabelledRows, base: number, { l1, l2, rowsInLeafMin }: TreeOptions): number {
  const { count, width, features, labels } = rows;
  const probability = 1 / (1 + Math.exp(-base));
  const score = (inside: (row: number) => boolean): number => {
    let gradient = 0;
    let hessian = 0;
    let size = 0;
    for (let row = 0; row < count; row += 1) {
      if (!inside(row)) continue;
      gradient += probability - (labels[row] as number);
      hessian += probability * (1 - probability);
      size += 1;
    }
    const soft = Math.max(Math.abs(gradient) - l1, 0);
    return size < rowsInLeafMin ? NaN : (soft * soft) / (hessian + l2);
  };
  const own = score(() => true);
  let best = 0;
  for (let feature = 0; feature < width; feature += 1) {
    const value = (row: number): number => features[row * width + feature] as number;
    for (let i = 0; i < count; i += 1) {
      for (const missingLeft of [true, false]) {
        const isLeft = (row: number): boolean =>
          Number.isNaN(value(row)) ? missingLeft : value(row) <= value(i);
        const gain = score(isLeft) + score((row) => !isLeft(row)) - own;
        if (gain > best) best = gain;
      }
    }
  }
  return best;
}

describe('boostTrees', () => {
  it.each([1, 2, 3, 4, 5, 6])('finds the split that trying all of them finds (seed %i)', (seed) => {
    const rows = randomRows({
      seed,
      count: 120,
      width: 4,
      missingShare: seed % 2 === 0 ? 0 : 0.2,
      isOne: (row, random) => (row[seed % 4] as number) + random.normal() > 0.5,
    });
    const options = {
      ...plainTreeOptions,
      treesMax: 1,
      leavesMax: 2,
      rowsInLeafMin: 10,
      l1: seed > 3 ? 0.5 : 0,
      l2: seed > 2 ? 1 : 0,
    };
    const binned = binFeatures(rows, options.binsMax);
    const { ensemble, gains } = boostTrees({ ...rows, binned, validation: undefined, options });
    const gained = gains.reduce((sum, gain) => sum + gain, 0);
    expect(gains.filter((gain) => gain > 0)).toHaveLength(1);
    expect(gained).toBeCloseTo(bestGain(rows, ensemble.base, options), 5);
  });

  it('sums gains over the trees it keeps, most where the signal is', () => {
    const rows = (seed: number): LabelledRows =>
      randomRows({
        seed,
        count: 800,
        width: 5,
        missingShare: 0,
        isOne: (row, random) => (row[2] as number) + 0.5 * random.normal() > 0,
      });
    const train = rows(20);
    const binned = binFeatures(train, 255);
    const options = { ...plainTreeOptions, leavesMax: 4, patience: 5 };
    const { gains, ensemble } = boostTrees({ ...train, binned, validation: rows(21), options });
    const used = new Set(ensemble.trees.flatMap(({ feature }) => [...feature]));
    expect(gains.indexOf(Math.max(...gains))).toBe(2);
    gains.forEach((gain, feature) => {
      expect(gain > 0).toBe(used.has(feature));
    });
    expect(ensemble).toEqual(trainTrees(train, rows(21), options));
  });

  it('depends on no order of the rows: shuffled ones give the same bits, gains included', () => {
    const rows = randomRows({
      seed: 30,
      count: 3000,
      width: 3,
      missingShare: 0.05,
      isOne: (row, random) => (row[0] as number) * (row[1] as number) + 0.3 * random.normal() > 0,
    });
    const random = new SeededRandom(30);
    const order = Array.from({ length: rows.count }, (_, i) => ({ i, at: random.uniform() }));
    const sorted = order.sort((a, b) => a.at - b.at).map(({ i }) => i);
    const boosted = (all: LabelledRows) =>
      boostTrees({ ...all, binned: binFeatures(all, 255), validation: undefined, options: plainTreeOptions });
    expect(boosted(pickedRows(rows, sorted))).toEqual(boosted(rows));
  });

  it('scores the rows a tree was not grown on as well, before the next one', () => {
    const rows = randomRows({
      seed: 31,
      count: 500,
      width: 2,
      missingShare: 0.1,
      isOne: (row, random) => (row[0] as number) + 0.3 * random.normal() > 0,
    });
    const options = { ...plainTreeOptions, treesMax: 2, leavesMax: 4, learningRate: 1, rowFraction: 0.5 };
    const binned = binFeatures(rows, 255);
    const { ensemble } = boostTrees({ ...rows, binned, validation: undefined, options });
    const [first, second] = ensemble.trees as [Tree, Tree];
    const sampler = new TreeSampler(rows.count, rows.width, options);
    const drawn = new Int32Array(rows.count);
    sampler.drawRows(drawn);
    const drawnCount = sampler.drawRows(drawn);
    const logits = treeLogits({ ...ensemble, trees: [first] }, rows.features);
    const marked = { ...second, leaf: Float32Array.from(second.leaf, (_, i) => i) };
    const leafOf = treeLogits({ width: 2, base: 0, trees: [marked] }, rows.features);
    const gradients = new Float64Array(second.leaf.length);
    const hessians = new Float64Array(second.leaf.length);
    for (const row of drawn.subarray(0, drawnCount)) {
      const leaf = leafOf[row] as number;
      const probability = 1 / (1 + Math.exp(-(logits[row] as number)));
      gradients[leaf] = (gradients[leaf] as number) + probability - (rows.labels[row] as number);
      hessians[leaf] = (hessians[leaf] as number) + probability * (1 - probability);
    }
    second.leaf.forEach((value, leaf) => {
      expect(value).toBeCloseTo(-(gradients[leaf] as number) / (hessians[leaf] as number), 4);
    });
  });

  it('refuses labels and weights that are not of its rows', () => {
    const rows = randomRows({ seed: 1, count: 30, width: 1, missingShare: 0, isOne: () => true });
    const binned = binFeatures(rows, 255);
    const fitting = (change: Partial<LabelledRows>) => () =>
      boostTrees({ ...rows, ...change, binned, validation: undefined, options: plainTreeOptions });
    expect(fitting({ labels: new Uint8Array(29) })).toThrow('29 labels');
    expect(fitting({ weights: new Float64Array(30) })).toThrow('a weight is 0');
    expect(fitting({})).not.toThrow();
    const wider = { ...rows, width: 2 };
    expect(() => boostTrees({ ...rows, binned, validation: wider, options: plainTreeOptions })).toThrow(
      'validation rows have 2 features, not 1',
    );
  });
});
