import type { LabelledRows } from '../train/labelled-rows.ts';

/** A feature over all rows. */
export interface Column {
  readonly feature: number;
  /** Mean 0, sum of squares 1; 0 where the value is missing. */
  readonly values: Float64Array;
  readonly isConstant: boolean;
  readonly holeCount: number;
}

export interface Explanation {
  /** Share of the column's variance that a linear regression on the basis explains, adjusted for its size; ≤ 1. */
  readonly r2: number;
  /** The feature of the basis that is most correlated with the column, and its r²; undefined in an empty basis. */
  readonly closest: { readonly feature: number; readonly r2: number } | undefined;
  /** Takes the column into the basis. */
  readonly extend: () => void;
}

/**
 * The kept columns with Cholesky's factor of their correlations, which grows by a row for each: the column's
 * forward-solved correlations have as squared length the share of its variance that the basis explains.
 */
export class ColumnBasis {
  readonly #columns: Column[] = [];
  readonly #factor: Float64Array[] = [];

  explain(column: Column): Explanation {
    const correlations = this.#columns.map((other) => dot(column.values, other.values));
    const row = new Float64Array(correlations.length + 1);
    let unexplained = 1;
    for (const [i, correlation] of correlations.entries()) {
      const factorRow = this.#factor[i] as Float64Array;
      let sum = correlation;
      for (let k = 0; k < i; k += 1) sum -= (factorRow[k] as number) * (row[k] as number);
      row[i] = sum / (factorRow[i] as number);
      unexplained -= (row[i] as number) * (row[i] as number);
    }
    const freedom = column.values.length - correlations.length - 1;
    const adjustment = (column.values.length - 1) / freedom;
    return {
      r2: freedom < 1 ? 0 : 1 - Math.max(0, unexplained) * adjustment,
      closest: this.#closest(correlations),
      extend: () => {
        row[correlations.length] = Math.sqrt(unexplained);
        this.#factor.push(row);
        this.#columns.push(column);
      },
    };
  }

  #closest(correlations: readonly number[]): Explanation['closest'] {
    const at = largest(correlations);
    const column = this.#columns[at];
    const correlation = correlations[at];
    if (column === undefined || correlation === undefined) return undefined;
    return { feature: column.feature, r2: correlation * correlation };
  }
}

export function standardised(rows: LabelledRows, feature: number): Column {
  const { count, width, features } = rows;
  const values = new Float64Array(count);
  let sum = 0;
  let holeCount = 0;
  for (let i = 0; i < count; i += 1) {
    values[i] = features[i * width + feature] as number;
    if (Number.isNaN(values[i])) holeCount += 1;
    else sum += values[i] as number;
  }
  const mean = sum / (count - holeCount);
  for (let i = 0; i < count; i += 1) {
    values[i] = Number.isNaN(values[i]) ? 0 : (values[i] as number) - mean;
  }
  const length = Math.sqrt(dot(values, values));
  const isConstant = isOneValue(rows, feature);
  return { feature, values: values.map((value) => (isConstant ? 0 : value / length)), isConstant, holeCount };
}

/** Compared as they are: the sum of squares around a rounded mean need not be 0. */
function isOneValue(rows: LabelledRows, feature: number): boolean {
  let first = NaN;
  for (let at = feature; at < rows.features.length; at += rows.width) {
    const value = rows.features[at] as number;
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(first)) first = value;
    else if (value !== first) return false;
  }
  return true;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Index of the greatest magnitude, the first of equals; −1 of none. */
function largest(values: readonly number[]): number {
  let best = -1;
  for (const [i, value] of values.entries()) {
    if (best < 0 || Math.abs(value) > Math.abs(values[best] as number)) best = i;
  }
  return best;
}
