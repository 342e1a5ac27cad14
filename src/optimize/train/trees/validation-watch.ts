import { exp } from '../../../core/exp.ts';
import { log1p } from '../../../core/log1p.ts';
import type { LabelledRows } from '../labelled-rows.ts';
import type { Tree } from './tree-ensemble.ts';
import { addTree } from './tree-logits.ts';

/** Follows the weighted log-loss of a growing ensemble on rows it does not learn from. */
export class ValidationWatch {
  readonly #rows: LabelledRows;
  readonly #base: number;
  readonly #patience: number;
  readonly #sums: Float32Array;
  #trees = 0;
  #lossAtBest: number;
  #treesAtBest = 0;

  constructor(rows: LabelledRows, base: number, patience: number) {
    this.#rows = rows;
    this.#base = base;
    this.#patience = patience;
    this.#sums = new Float32Array(rows.count);
    this.#lossAtBest = this.#loss();
  }

  add(tree: Tree): void {
    addTree(tree, this.#rows.features, this.#rows.width, this.#sums);
    this.#trees += 1;
    const loss = this.#loss();
    if (!(loss < this.#lossAtBest)) return;
    this.#lossAtBest = loss;
    this.#treesAtBest = this.#trees;
  }

  /** How many trees have the lowest loss, the fewest among equals; 0 where none is better than the base alone. */
  get treesAtBest(): number {
    return this.#treesAtBest;
  }

  get isExhausted(): boolean {
    return this.#trees - this.#treesAtBest >= this.#patience;
  }

  #loss(): number {
    const { labels, weights } = this.#rows;
    let sum = 0;
    for (let row = 0; row < labels.length; row += 1) {
      const logit = Math.fround((this.#sums[row] as number) + this.#base);
      // −ln p of what happened: ln(1 + e^−margin) without overflow.
      const margin = labels[row] === 1 ? logit : -logit;
      sum += (weights[row] as number) * (Math.max(-margin, 0) + log1p(exp(-Math.abs(margin))));
    }
    return sum;
  }
}
