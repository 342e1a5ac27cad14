import type { BinnedColumn } from './bin-features.ts';
import type { Split } from './find-split.ts';
import type { Tree } from './tree-ensemble.ts';

/** A tree while it is grown. Leaf 0 is the root; the left side of a split keeps its leaf's index. */
export class TreeDraft {
  readonly splits: Split[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  /** Of each leaf, sets the link that leads to it. */
  readonly #links: ((split: number) => void)[] = [() => {}];

  /** Leaf `leaf` becomes a split over itself on the left and the next leaf on the right. */
  add(leaf: number, split: Split): void {
    const index = this.splits.length;
    this.#links[leaf]?.(index);
    this.splits.push(split);
    this.#left.push(~leaf);
    this.#right.push(~(index + 1));
    this.#links[leaf] = (child) => {
      this.#left[index] = child;
    };
    this.#links.push((child) => {
      this.#right[index] = child;
    });
  }

  /** @param values of each leaf; they are rounded to f32 here */
  finish(columns: readonly BinnedColumn[], values: readonly number[]): Tree {
    return {
      feature: Int32Array.from(this.splits, ({ feature }) => feature),
      threshold: Float32Array.from(this.splits, (split) => thresholdOf(split, columns)),
      missingLeft: Uint8Array.from(this.splits, ({ missingLeft }) => (missingLeft ? 1 : 0)),
      left: Int32Array.from(this.#left),
      right: Int32Array.from(this.#right),
      leaf: Float32Array.from(values),
    };
  }
}

/** Past the last threshold only missing values go right, which is `value ≤ ∞`. */
function thresholdOf({ feature, bin }: Split, columns: readonly BinnedColumn[]): number {
  return columns[feature]?.thresholds[bin] ?? Number.POSITIVE_INFINITY;
}
