import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { collapseSplits } from '../../../src/optimize/compress/collapse-splits.ts';
import { dropLeastUseful } from '../../../src/optimize/compress/drop-trees.ts';
import { leafIndexOf } from '../../../src/optimize/compress/leaf-index.ts';
import { preorderTree } from '../../../src/optimize/compress/preorder-tree.ts';
import { quantizeLeaves } from '../../../src/optimize/compress/quantize-leaves.ts';
import { rankCodedLogits, rankCodeTrees } from '../../../src/optimize/compress/rank-code-trees.ts';
import type { Tree, TreeEnsemble } from '../../../src/optimize/train/trees/tree-ensemble.ts';
import { normals, randomEnsemble, randomTree } from './random-model.ts';

const SEED = 77;
const random = new SeededRandom(SEED);
const WIDTH = 6;
const ensemble = randomEnsemble(random, WIDTH, 40, 12);
const rows = normals(random, 5_000 * WIDTH, 1).map((value, i) => (i % 11 === 0 ? NaN : value));
/** Every threshold as a value of its feature, and the numbers beside it. */
const ties = Float32Array.from(
  ensemble.trees
    .flatMap(({ threshold }) => [...threshold])
    .flatMap((t) => [t, t * (1 + 2e-7), t * (1 - 2e-7)]),
  (t) => t,
);
const tieRows = Float32Array.from(
  { length: ties.length * WIDTH },
  (_, i) => ties[Math.floor(i / WIDTH)] as number,
);

function logits({ width, base, trees }: TreeEnsemble, values: Float32Array): Float32Array {
  return Float32Array.from({ length: values.length / width }, (_, row) => {
    let sum = 0;
    for (const tree of trees)
      sum = Math.fround(sum + (tree.leaf[leafIndexOf(tree, values, row * width)] as number));
    return Math.fround(sum + base);
  });
}

const stump = (feature: number, threshold: number, leaves: readonly [number, number]): Tree => ({
  feature: Int32Array.of(feature),
  threshold: Float32Array.of(threshold),
  missingLeft: Uint8Array.of(0),
  left: Int32Array.of(~0),
  right: Int32Array.of(~1),
  leaf: Float32Array.from(leaves),
});

describe(`rank-coded trees, seed ${SEED}`, () => {
  it('score to the bit as the f32 trees do, missing values and ties included', () => {
    const coded = rankCodeTrees(ensemble);
    if (!coded.ok) throw new Error(coded.error);
    for (const values of [rows, tieRows])
      expect(rankCodedLogits(coded.value, values)).toEqual(logits(ensemble, values));
    for (const table of coded.value.thresholds) expect(table).toEqual(table.toSorted());
  });

  it('take 255 thresholds of a feature, and are refused with 256', () => {
    const with_ = (count: number): TreeEnsemble => ({
      width: 1,
      base: 0,
      trees: Array.from({ length: count }, (_, i) => stump(0, i, [-1, 1])),
    });
    const full = rankCodeTrees(with_(255));
    if (!full.ok) throw new Error(full.error);
    const values = Float32Array.of(-1, 0, 0.5, 127, 253.5, 254, 254.5, 1_000);
    expect(rankCodedLogits(full.value, values)).toEqual(logits(with_(255), values));
    expect(rankCodeTrees(with_(256))).toEqual({
      ok: false,
      error: 'feature 0 has 256 thresholds, more than 255',
    });
  });
});

describe('preorderTree', () => {
  it('numbers nodes left sides first and sends every row to the same leaf', () => {
    const tree = randomTree(random, WIDTH, 12);
    const ordered = preorderTree(tree);
    for (let start = 0; start < rows.length; start += WIDTH) {
      const before = tree.leaf[leafIndexOf(tree, rows, start)];
      expect(ordered.leaf[leafIndexOf(ordered, rows, start)]).toBe(before);
    }
    expect(preorderTree(ordered)).toEqual(ordered);
    ordered.left.forEach((child, split) => {
      expect(child < 0 || child === split + 1).toBe(true);
    });
  });
});

describe('quantizeLeaves', () => {
  it.each([8, 12])('moves no score by more than half a step a tree, with %i bits', (bits) => {
    const { codes, scale, base } = quantizeLeaves(ensemble, bits, undefined);
    const largest = Math.max(...ensemble.trees.flatMap(({ leaf }) => [...leaf].map(Math.abs)));
    expect(scale).toBe(Math.fround(largest / (bits === 8 ? 127 : 2_047)));
    const exact = logits(ensemble, rows);
    logits(codes, rows).forEach((sum, i) => {
      expect(Number.isInteger(sum)).toBe(true);
      expect(Math.abs(sum * scale + base - (exact[i] as number))).toBeLessThan((40 * scale) / 2 + 1e-6);
    });
  });

  it('rounds half to even and refuses bits it has no codes for', () => {
    const halves = { width: 1, base: 0, trees: [stump(0, 0, [127, 2.5]), stump(0, 0, [-3.5, 0.5])] };
    expect(quantizeLeaves(halves, 8, undefined).codes.trees.map(({ leaf }) => [...leaf])).toEqual([
      [127, 2],
      [-4, 0],
    ]);
    expect(() => quantizeLeaves(halves, 1, undefined)).toThrow(RangeError);
    expect(() => quantizeLeaves(halves, 17, undefined)).toThrow(RangeError);
  });
});

describe('pruning', () => {
  const labels = Uint8Array.from({ length: 400 }, (_, i) => i % 2);
  // Feature 0 is the label's sign, feature 1 is noise.
  const known = Float32Array.from({ length: 800 }, (_, i) =>
    i % 2 === 0 ? ((i / 2) % 2 === 0 ? -1 : 1) : random.normal(),
  );
  const useful = stump(0, 0, [-1, 1]);
  const noise = stump(1, 0, [-0.5, 0.7]);

  it('drops the tree without which the loss is least, and keeps the level of the scores', () => {
    const pruned = dropLeastUseful({ width: 2, base: 0, trees: [noise, useful, noise] }, 2, {
      rows: known,
      labels,
    });
    expect(pruned.trees).toEqual([useful]);
    const noiseMean =
      logits({ width: 2, base: 0, trees: [noise] }, known).reduce((sum, x) => sum + x, 0) / 400;
    expect(pruned.base).toBeCloseTo(2 * noiseMean, 5);
  });

  it('collapses splits whose leaves are close, to their mean by rows, and no others', () => {
    const tree: Tree = {
      feature: Int32Array.of(0, 1),
      threshold: Float32Array.of(0, 100),
      missingLeft: Uint8Array.of(0, 0),
      left: Int32Array.of(1, ~0),
      right: Int32Array.of(~2, ~1),
      leaf: Float32Array.of(0.25, 0.5, 2),
    };
    const before = { width: 2, base: 0, trees: [tree] };
    expect(collapseSplits(before, 0.1, known)).toEqual(before);
    const [after] = collapseSplits(before, 0.25, known).trees;
    // No row lies above 100, so the leaf that all rows came to stands for both.
    expect(after).toEqual({ ...stump(0, 0, [0.25, 2]) });
    expect(collapseSplits(before, 9, known).trees[0]?.leaf).toHaveLength(1);
  });

  it('with spread 0 changes no score', () => {
    expect(logits(collapseSplits(ensemble, 0, rows), rows)).toEqual(logits(ensemble, rows));
  });
});
