/** Numbers of a bin in a histogram: sums of gradient and hessian, count of rows. */
export const HISTOGRAM_STRIDE = 3;

/** The rows of a node and their derivatives, as a histogram is made of them. */
export interface HistogramRows {
  /** Row indices; the node's are `[from, to)`. */
  readonly rows: Int32Array;
  readonly from: number;
  readonly to: number;
  /** By row. */
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
}

/** Adds the rows to one feature's bins, which start at bin `offset` of `histogram`. */
export function addToHistogram(
  column: Uint8Array,
  offset: number,
  histogram: Float64Array,
  { rows, from, to, gradients, hessians }: HistogramRows,
): void {
  for (let i = from; i < to; i += 1) {
    const row = rows[i] as number;
    const at = (offset + (column[row] as number)) * HISTOGRAM_STRIDE;
    histogram[at] = (histogram[at] as number) + (gradients[row] as number);
    histogram[at + 1] = (histogram[at + 1] as number) + (hessians[row] as number);
    histogram[at + 2] = (histogram[at + 2] as number) + 1;
  }
}

/** `histogram` −= `part`. Exact, since all sums are integers of the gradients' grid. */
export function subtractHistogram(histogram: Float64Array, part: Float64Array): void {
  for (let i = 0; i < histogram.length; i += 1) histogram[i] = (histogram[i] as number) - (part[i] as number);
}
