import type { BinnedColumn, BinnedFeatures } from './bin-features.ts';
import {
  type Bounds,
  findSplit,
  type NodeSums,
  nodeOutput,
  type Split,
  type SplitRules,
} from './find-split.ts';
import { fillHistogram, HISTOGRAM_STRIDE, type Histogram, subtractHistogram } from './histogram.ts';
import { TreeDraft } from './tree-draft.ts';
import type { Tree } from './tree-ensemble.ts';

/** Derivatives of the loss by row, as integers of one grid, so that every sum of them is exact. */
export interface Derivatives {
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
}

interface GrowthLimits {
  readonly leavesMax: number;
  readonly depthMax: number;
  readonly learningRate: number;
}

export interface GrownTree {
  readonly tree: Tree;
  /** Of each split. */
  readonly splits: readonly Split[];
  /** Of each leaf: where its rows are in the grower's `rows`, `[from, to)`. */
  readonly leafRows: readonly { readonly from: number; readonly to: number }[];
}

interface Leaf {
  /** Its rows are `[from, to)` of the grower's. */
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  readonly sums: NodeSums;
  readonly bounds: Bounds;
  /** Which of the grower's histograms is its own; made only where it or its sibling may be split. */
  readonly slot: number;
  /** The best there is, once it was looked for. */
  split: Split | undefined;
}

/** What one tree is grown with. */
interface Task {
  readonly derivatives: Derivatives;
  readonly features: Int32Array;
}

/**
 * Grows trees leaf by leaf on one set of binned rows; its buffers serve tree after tree. Of a split's two
 * sides only the smaller one's histogram is made, the other is what it leaves of the parent's.
 */
export class TreeGrower {
  readonly #binned: BinnedFeatures;
  readonly #limits: GrowthLimits;
  readonly #rules: SplitRules;
  /** Of each feature its row of bins. */
  readonly #columns: readonly Uint8Array[];
  readonly #histograms: Histogram[] = [];
  readonly #spare: Int32Array;
  /** Row indices, grouped by leaf once a tree is grown. */
  readonly rows: Int32Array;

  constructor(binned: BinnedFeatures, limits: GrowthLimits, rules: SplitRules) {
    this.#binned = binned;
    this.#limits = limits;
    this.#rules = rules;
    this.#columns = binned.columns.map((_, feature) =>
      binned.bins.subarray(feature * binned.count, (feature + 1) * binned.count),
    );
    this.#spare = new Int32Array(binned.count);
    this.rows = new Int32Array(binned.count);
  }

  /**
   * @param rowCount the tree is grown on the first `rowCount` of {@link rows}, which are reordered
   * @param features those the tree may use, ascending
   */
  grow(derivatives: Derivatives, rowCount: number, features: Int32Array): GrownTree {
    const task: Task = { derivatives, features };
    const draft = new TreeDraft();
    const leaves = [this.#root(task, rowCount)];
    while (leaves.length < this.#limits.leavesMax) {
      const index = indexOfBest(leaves);
      const leaf = leaves[index] as Leaf;
      if (!leaf.split) break;
      draft.add(index, leaf.split);
      const [left, right] = this.#divide(leaf, leaf.split, leaves.length);
      leaves[index] = left;
      leaves.push(right);
      if (leaves.length < this.#limits.leavesMax) this.#search(task, left, right);
    }
    const { learningRate } = this.#limits;
    const values = leaves.map(
      ({ sums, bounds }) => learningRate * nodeOutput(sums.gradient, sums.hessian, this.#rules, bounds),
    );
    return {
      tree: draft.finish(this.#binned.columns, values),
      splits: draft.splits,
      leafRows: leaves.map(({ from, to }) => ({ from, to })),
    };
  }

  #root(task: Task, rowCount: number): Leaf {
    let gradient = 0;
    let hessian = 0;
    for (let i = 0; i < rowCount; i += 1) {
      const row = this.rows[i] as number;
      gradient += task.derivatives.gradients[row] as number;
      hessian += task.derivatives.hessians[row] as number;
    }
    const sums = { gradient, hessian, count: rowCount };
    const root: Leaf = {
      from: 0,
      to: rowCount,
      depth: 0,
      sums,
      bounds: UNBOUNDED,
      slot: 0,
      split: undefined,
    };
    if (!this.#maySplit(root)) return root;
    this.#makeHistogram(task, root);
    root.split = this.#bestSplit(task, root);
    return root;
  }

  /** Moves the leaf's rows to their sides. The smaller side gets the free slot, the other keeps the leaf's. */
  #divide(leaf: Leaf, split: Split, freeSlot: number): [Leaf, Leaf] {
    const middle = this.#partition(leaf, split);
    const depth = leaf.depth + 1;
    const isLeftSmaller = middle - leaf.from <= leaf.to - middle;
    const { left, right } = split;
    const bounds = this.#sideBounds(leaf.bounds, split);
    return [
      {
        from: leaf.from,
        to: middle,
        depth,
        sums: left,
        bounds: bounds[0],
        slot: isLeftSmaller ? freeSlot : leaf.slot,
        split: undefined,
      },
      {
        from: middle,
        to: leaf.to,
        depth,
        sums: right,
        bounds: bounds[1],
        slot: isLeftSmaller ? leaf.slot : freeSlot,
        split: undefined,
      },
    ];
  }

  /** Stable, so that the rows of a leaf ascend and memory is read forwards. */
  #partition({ from, to }: Leaf, { feature, bin, missingLeft }: Split): number {
    const missing = (this.#binned.columns[feature] as BinnedColumn).thresholds.length + 1;
    const column = this.#columns[feature] as Uint8Array;
    return partitionRows(this.rows, from, to, column, bin, missingLeft ? missing : -1, this.#spare);
  }

  /** Across a monotone split both sides are held on their side of the middle of its two outputs. */
  #sideBounds(bounds: Bounds, { feature, left, right }: Split): [Bounds, Bounds] {
    const direction = this.#rules.monotone[feature] ?? 0;
    if (direction === 0) return [bounds, bounds];
    const outputs = [left, right].map((side) => nodeOutput(side.gradient, side.hessian, this.#rules, bounds));
    const middle = ((outputs[0] as number) + (outputs[1] as number)) / 2;
    const below = { lower: bounds.lower, upper: middle };
    const above = { lower: middle, upper: bounds.upper };
    return direction > 0 ? [below, above] : [above, below];
  }

  #search(task: Task, left: Leaf, right: Leaf): void {
    const sides = [left, right].filter((side) => this.#maySplit(side));
    if (sides.length === 0) return;
    const [smaller, larger] = left.slot > right.slot ? [left, right] : [right, left];
    this.#makeHistogram(task, smaller);
    if (this.#maySplit(larger)) {
      subtractHistogram(this.#histogram(larger.slot), this.#histogram(smaller.slot), task.features);
    }
    for (const side of sides) side.split = this.#bestSplit(task, side);
  }

  #maySplit({ depth, sums }: Leaf): boolean {
    return depth < this.#limits.depthMax && sums.count >= 2 * this.#rules.rowsInLeafMin;
  }

  #makeHistogram({ derivatives, features }: Task, { slot, from, to }: Leaf): void {
    const range = { rows: this.rows, from, to, ...derivatives };
    fillHistogram(this.#histogram(slot), this.#columns, features, range);
  }

  #bestSplit({ features }: Task, { slot, sums, bounds }: Leaf): Split | undefined {
    const { columns } = this.#binned;
    const histogram = this.#histogram(slot);
    return findSplit({ histogram, columns, features, node: sums, bounds, rules: this.#rules });
  }

  #histogram(slot: number): Histogram {
    this.#histograms[slot] ??= this.#binned.columns.map(
      ({ thresholds, hasMissing }) =>
        new Float64Array(HISTOGRAM_STRIDE * (thresholds.length + (hasMissing ? 2 : 1))),
    );
    return this.#histograms[slot];
  }
}

const UNBOUNDED: Bounds = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };

/** The leaf whose split gains most, the first among equals; leaves without a split come last. */
function indexOfBest(leaves: readonly Leaf[]): number {
  let best = 0;
  leaves.forEach((leaf, index) => {
    if ((leaf.split?.gain ?? 0) > (leaves[best]?.split?.gain ?? 0)) best = index;
  });
  return best;
}

/** Rows of `binMax` and below or of `binAlso` first, each side in its old order. Returns where the second begins. */
function partitionRows(
  rows: Int32Array,
  from: number,
  to: number,
  column: Uint8Array,
  binMax: number,
  binAlso: number,
  spare: Int32Array,
): number {
  let left = from;
  let right = 0;
  for (let i = from; i < to; i += 1) {
    const row = rows[i] as number;
    const bin = column[row] as number;
    // Written to both and counted in one: a branch that half of the rows take is guessed wrong too often.
    rows[left] = row;
    spare[right] = row;
    const goesLeft = bin <= binMax || bin === binAlso ? 1 : 0;
    left += goesLeft;
    right += 1 - goesLeft;
  }
  rows.set(spare.subarray(0, right), left);
  return left;
}
