import type { SeededRandom } from '../../../src/core/seeded-random.ts';
import type { DenseTables, HeadTables, ModelTables } from '../../../src/optimize/compress/model-tables.ts';
import type { Tree, TreeEnsemble } from '../../../src/optimize/train/trees/tree-ensemble.ts';

export function randomTree(random: SeededRandom, width: number, leafCount: number): Tree {
  const left: number[] = [];
  const right: number[] = [];
  let leaves = 0;
  const grow = (size: number): number => {
    if (size === 1) {
      leaves += 1;
      return ~(leaves - 1);
    }
    const split = left.push(0) - 1;
    right.push(0);
    const leftSize = 1 + random.below(size - 1);
    // The right side first, so that the numbering is not preorder already.
    right[split] = grow(size - leftSize);
    left[split] = grow(leftSize);
    return split;
  };
  grow(leafCount);
  return {
    feature: Int32Array.from(left, () => random.below(width)),
    threshold: Float32Array.from(left, () => random.normal()),
    missingLeft: Uint8Array.from(left, () => random.below(2)),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    leaf: Float32Array.from({ length: leaves }, () => 0.1 * random.normal()),
  };
}

export const randomEnsemble = (
  random: SeededRandom,
  width: number,
  treeCount: number,
  leavesMax: number,
): TreeEnsemble => ({
  width,
  base: Math.fround(random.normal()),
  trees: Array.from({ length: treeCount }, () => randomTree(random, width, 1 + random.below(leavesMax))),
});

export const normals = (random: SeededRandom, count: number, scale: number): Float32Array =>
  Float32Array.from({ length: count }, () => scale * random.normal());

function randomLayer(random: SeededRandom, inputs: number, outputs: number): DenseTables {
  const weights = normals(random, inputs * outputs, 1 / Math.sqrt(inputs));
  return { inputs, outputs, form: { kind: 'f32', weights, bias: normals(random, outputs, 0.1) } };
}

function randomHead(random: SeededRandom, columns: readonly number[], hidden: number): HeadTables {
  const width = columns.length;
  return {
    columns: Uint8Array.from(columns),
    standardiser: {
      mean: normals(random, width, 0.3),
      inverseDeviation: Float32Array.from({ length: width }, () => 0.5 + random.uniform()),
      min: -4,
      max: 3.96875,
    },
    members: [
      { kind: 'dense', weight: Math.fround(0.2), layers: [randomLayer(random, width, 1)] },
      {
        kind: 'dense',
        weight: Math.fround(0.3),
        layers: [randomLayer(random, width, hidden), randomLayer(random, hidden, 1)],
      },
      {
        kind: 'trees',
        weight: Math.fround(0.5),
        trees: { kind: 'f32', ensemble: randomEnsemble(random, width, 12, 9) },
      },
    ],
    offset: Math.fround(0.05),
  };
}

/** One head that is one dense member over all inputs, of these widths from the inputs to the output. */
export const networkModel = (random: SeededRandom, widths: readonly number[]): ModelTables => {
  const inputWidth = widths[0] as number;
  const columns = Array.from({ length: inputWidth }, (_, j) => j);
  const layers = widths.slice(1).map((outputs, i) => randomLayer(random, widths[i] as number, outputs));
  const head = {
    ...randomHead(random, columns, 1),
    members: [{ kind: 'dense' as const, weight: 1, layers }],
  };
  return { inputWidth, heads: [head] };
};

/** Two heads over 12 inputs with a linear, a dense and a tree member each. */
export const randomModel = (random: SeededRandom): ModelTables => ({
  inputWidth: 12,
  heads: [randomHead(random, [11, 3, 0, 7, 5, 2, 9], 8), randomHead(random, [1, 4, 6, 8, 10], 5)],
});
