import { SeededRandom } from '../../../core/seeded-random.ts';
import type { TreeOptions } from './tree-options.ts';

/** Draws the rows and features of each tree. */
export class TreeSampler {
  readonly #random: SeededRandom;
  readonly #count: number;
  readonly #width: number;
  readonly #options: TreeOptions;
  /** Whether trees differ in what they are grown on. */
  readonly isDrawing: boolean;

  constructor(count: number, width: number, options: TreeOptions) {
    this.#random = new SeededRandom(options.seed);
    this.#count = count;
    this.#width = width;
    this.#options = options;
    this.isDrawing = options.rowFraction < 1 || options.featureFraction < 1;
  }

  /** Writes all row indices: those drawn first, then the others, both ascending. Returns how many were drawn. */
  drawRows(rows: Int32Array): number {
    const { rowFraction, rowsInBlock } = this.#options;
    if (rowFraction === 1) {
      for (let row = 0; row < rows.length; row += 1) rows[row] = row;
      return rows.length;
    }
    const others: number[] = [];
    let drawn = 0;
    for (let start = 0; start < this.#count; start += rowsInBlock) {
      const isDrawn = this.#random.uniform() < rowFraction;
      const end = Math.min(start + rowsInBlock, this.#count);
      for (let row = start; row < end; row += 1) {
        if (isDrawn) {
          rows[drawn] = row;
          drawn += 1;
        } else others.push(row);
      }
    }
    rows.set(others, drawn);
    return drawn;
  }

  /** The drawn features, ascending. */
  drawFeatures(): Int32Array {
    const features = Int32Array.from({ length: this.#width }, (_, feature) => feature);
    const size = Math.max(1, Math.floor(this.#options.featureFraction * this.#width + 0.5));
    if (size === this.#width) return features;
    // Fisher and Yates, as far as it is needed.
    for (let i = 0; i < size; i += 1) {
      const j = i + this.#random.below(this.#width - i);
      const picked = features[j] as number;
      features[j] = features[i] as number;
      features[i] = picked;
    }
    return features.slice(0, size).sort();
  }
}
