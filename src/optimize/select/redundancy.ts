import type { LabelledRows } from '../train/labelled-rows.ts';

export interface RedundancyOptions {
  /** Most important first: a feature can only be replaced by those before it. */
  readonly ranked: readonly number[];
  /** Share of its variance that a feature's replacement must explain, in (0, 1], e.g. 0.95. */
  readonly r2Min: number;
}

export type RedundancyFeature = {
  readonly feature: number;
  /** Share of variance explained by the features kept before it, linear and adjusted for their number; ≤ 1. */
  readonly r2: number;
} & (
  | { readonly verdict: 'kept' }
  /** `representative`: of the kept ones the most correlated with it. */
  | { readonly verdict: 'redundant'; readonly representative: number }
  /** Says nothing: one value in all rows where it is present. */
  | { readonly verdict: 'constant' }
);

/**
 * Drops what the more important features already say: a feature goes where a linear regression on those kept
 * before it reaches `r2Min`, and so nothing is dropped that the kept ones cannot reconstruct. Pairs of high
 * correlation are the case of one regressor. A missing value counts as its column's mean; as missing itself may
 * tell something, a feature with holes only goes where a kept one has the same holes.
 */
export function dropRedundant(rows: LabelledRows, options: RedundancyOptions): readonly RedundancyFeature[] {
  const basis = new Basis();
  const kept: number[] = [];
  return options.ranked.map((feature): RedundancyFeature => {
    const column = standardised(rows, feature);
    const { r2, closest, extend } = basis.explain(column);
    const isSaid = column.isConstant || r2 >= options.r2Min;
    if (isSaid && hasNoHolesOfItsOwn(rows, column, kept)) {
      return closest === undefined || column.isConstant
        ? { feature, r2, verdict: 'constant' }
        : { feature, r2, verdict: 'redundant', representative: closest };
    }
    kept.push(feature);
    // One that only its holes have kept brings no new direction, and would make the basis singular.
    if (!isSaid) extend();
    return { feature, r2, verdict: 'kept' };
  });
}

interface Column {
  readonly feature: number;
  /** Mean 0, sum of squares 1; 0 where the value is missing. */
  readonly values: Float64Array;
  readonly isConstant: boolean;
  readonly holeCount: number;
}

interface Explanation {
  readonly r2: number;
  /** The feature of the basis that is most correlated with the column. */
  readonly closest: number | undefined;
  /** Takes the column into the basis. */
  readonly extend: () => void;
}

/**
 * The kept columns with Cholesky's factor of their correlations, which grows by a row for each: the column's
 * forward-solved correlations have as squared length the share of its variance that the basis explains.
 */
class Basis {
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
      closest: this.#columns[largest(correlations)]?.feature,
      extend: () => {
        row[correlations.length] = Math.sqrt(unexplained);
        this.#factor.push(row);
        this.#columns.push(column);
      },
    };
  }
}

function standardised(rows: LabelledRows, feature: number): Column {
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

function hasNoHolesOfItsOwn(rows: LabelledRows, column: Column, kept: readonly number[]): boolean {
  const { feature, holeCount } = column;
  if (holeCount === 0 || holeCount === rows.count) return true;
  return kept.some((other) => haveSameHoles(rows, feature, other));
}

function haveSameHoles(rows: LabelledRows, a: number, b: number): boolean {
  for (let at = 0; at < rows.features.length; at += rows.width) {
    if (Number.isNaN(rows.features[at + a]) !== Number.isNaN(rows.features[at + b])) return false;
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
