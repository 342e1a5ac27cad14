/**
 * Sums over the rows of a node by feature and bin: at `3 · bin` the gradients, then the hessians, then the
 * rows. Sums of a hundred thousand rows are read and written millions of times a tree, so the loops here take
 * plain arrays and keep to themselves.
 */
export type Histogram = readonly Float64Array[];

export const HISTOGRAM_STRIDE = 3;

/** A node's rows and the derivatives by row. */
export interface HistogramRows {
  /** Row indices; the node's are `[from, to)`. */
  readonly rows: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
}

/** Fills the histograms of `features` anew. `columns`: of each feature the bin by row. */
export function fillHistogram(
  histogram: Histogram,
  columns: readonly Uint8Array[],
  features: Int32Array,
  { rows, from, to, gradients, hessians }: HistogramRows,
): void {
  for (const feature of features) histogram[feature]?.fill(0);
  const sums = (i: number): Float64Array => histogram[features[i] as number] as Float64Array;
  const column = (i: number): Uint8Array => columns[features[i] as number] as Uint8Array;
  const inFours = features.length - (features.length % 4);
  for (let i = 0; i < inFours; i += 4) {
    addToFour(
      sums(i),
      sums(i + 1),
      sums(i + 2),
      sums(i + 3),
      column(i),
      column(i + 1),
      column(i + 2),
      column(i + 3),
      rows,
      from,
      to,
      gradients,
      hessians,
    );
  }
  for (let i = inFours; i < features.length; i += 1)
    addToOne(sums(i), column(i), rows, from, to, gradients, hessians);
}

/** `histogram` −= `part`. Exact, since all sums are integers of the gradients' grid. */
export function subtractHistogram(histogram: Histogram, part: Histogram, features: Int32Array): void {
  for (const feature of features) subtract(histogram[feature] as Float64Array, part[feature] as Float64Array);
}

function subtract(sums: Float64Array, part: Float64Array): void {
  for (let at = 0; at < sums.length; at += 3) {
    const count = part[at + 2] as number;
    if (count === 0) continue;
    sums[at] = (sums[at] as number) - (part[at] as number);
    sums[at + 1] = (sums[at + 1] as number) - (part[at + 1] as number);
    sums[at + 2] = (sums[at + 2] as number) - count;
  }
}

/** Four features at a time, so that a row's index and derivatives are read once for four. */
function addToFour(
  sumsA: Float64Array,
  sumsB: Float64Array,
  sumsC: Float64Array,
  sumsD: Float64Array,
  columnA: Uint8Array,
  columnB: Uint8Array,
  columnC: Uint8Array,
  columnD: Uint8Array,
  rows: Int32Array,
  from: number,
  to: number,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  for (let i = from; i < to; i += 1) {
    const row = rows[i] as number;
    const gradient = gradients[row] as number;
    const hessian = hessians[row] as number;
    const a = 3 * (columnA[row] as number);
    sumsA[a] = (sumsA[a] as number) + gradient;
    sumsA[a + 1] = (sumsA[a + 1] as number) + hessian;
    sumsA[a + 2] = (sumsA[a + 2] as number) + 1;
    const b = 3 * (columnB[row] as number);
    sumsB[b] = (sumsB[b] as number) + gradient;
    sumsB[b + 1] = (sumsB[b + 1] as number) + hessian;
    sumsB[b + 2] = (sumsB[b + 2] as number) + 1;
    const c = 3 * (columnC[row] as number);
    sumsC[c] = (sumsC[c] as number) + gradient;
    sumsC[c + 1] = (sumsC[c + 1] as number) + hessian;
    sumsC[c + 2] = (sumsC[c + 2] as number) + 1;
    const d = 3 * (columnD[row] as number);
    sumsD[d] = (sumsD[d] as number) + gradient;
    sumsD[d + 1] = (sumsD[d + 1] as number) + hessian;
    sumsD[d + 2] = (sumsD[d + 2] as number) + 1;
  }
}

function addToOne(
  sums: Float64Array,
  column: Uint8Array,
  rows: Int32Array,
  from: number,
  to: number,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  for (let i = from; i < to; i += 1) {
    const row = rows[i] as number;
    const at = 3 * (column[row] as number);
    sums[at] = (sums[at] as number) + (gradients[row] as number);
    sums[at + 1] = (sums[at + 1] as number) + (hessians[row] as number);
    sums[at + 2] = (sums[at + 2] as number) + 1;
  }
}
