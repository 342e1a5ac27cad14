import { SCALE_MAX } from './bucket-index.ts';

/**
 * The counts of neighbouring buckets in a fixed number of cells. Bucket i lies in cell i modulo the capacity, so
 * the window moves and grows without copying; when it would outgrow the cells, the scale falls and neighbours merge.
 */
export class BucketWindow {
  #scale = SCALE_MAX;
  #first = 0;
  #last = -1;
  #cells: Float64Array;

  /** `capacity` is a power of two. */
  constructor(capacity: number) {
    this.#cells = new Float64Array(capacity);
  }

  get scale(): number {
    return this.#scale;
  }

  /** Lowest bucket that was ever counted in, at the present scale. */
  get offset(): number {
    return this.#first;
  }

  /** Counts from the lowest to the highest bucket; a copy. */
  counts(): number[] {
    return Array.from({ length: this.#last - this.#first + 1 }, (_, position) =>
      this.#at(this.#first + position),
    );
  }

  /** Adds `times` to the bucket that has this index at `scale`; the present scale is not above it afterwards. */
  add(index: number, scale: number, times: number): void {
    if (scale < this.#scale) this.#halve(this.#scale - scale);
    let own = index >> (scale - this.#scale);
    if (own < this.#first || own > this.#last) own >>= this.#widen(own);
    const cell = own & (this.#cells.length - 1);
    this.#cells[cell] = (this.#cells[cell] as number) + times;
  }

  /** The bucket that holds the rank-th smallest counted value; rank from 1 to the number counted. */
  indexOfRank(rank: number): number {
    let index = this.#first;
    for (let seen = this.#at(index); seen < rank; seen += this.#at(index)) index++;
    return index;
  }

  #at(index: number): number {
    return this.#cells[index & (this.#cells.length - 1)] as number;
  }

  /** Lets the window reach `index`, and gives how often the scale was halved for that. */
  #widen(index: number): number {
    const isEmpty = this.#last < this.#first;
    const first = isEmpty ? index : Math.min(this.#first, index);
    const last = isEmpty ? index : Math.max(this.#last, index);
    let halvings = 0;
    while ((last >> halvings) - (first >> halvings) >= this.#cells.length) halvings++;
    if (halvings > 0) this.#halve(halvings);
    this.#first = first >> halvings;
    this.#last = last >> halvings;
    return halvings;
  }

  #halve(halvings: number): void {
    const merged = new Float64Array(this.#cells.length);
    for (let index = this.#first; index <= this.#last; index++) {
      const cell = (index >> halvings) & (merged.length - 1);
      merged[cell] = (merged[cell] as number) + this.#at(index);
    }
    this.#cells = merged;
    this.#first >>= halvings;
    this.#last >>= halvings;
    this.#scale -= halvings;
  }
}
