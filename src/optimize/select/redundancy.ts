import type { LabelledRows } from '../train/labelled-rows.ts';
import { type Column, ColumnBasis, standardised } from './column-basis.ts';

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
  /** A regression on several kept ones explains it, the most on `representative`. */
  | { readonly verdict: 'redundant'; readonly representative: number }
  /** `representative` explains it alone. */
  | { readonly verdict: 'copy'; readonly representative: number }
  /** Says nothing: one value in all rows where it is present. */
  | { readonly verdict: 'constant' }
);

/**
 * Drops what the more important features already say: a feature goes where a linear regression on those kept
 * before it reaches `r2Min`, and so nothing is dropped that the kept ones cannot reconstruct. A missing value counts as its column's mean; as missing itself may
 * tell something, a feature with holes only goes where a kept one has the same holes.
 */
export function dropRedundant(rows: LabelledRows, options: RedundancyOptions): readonly RedundancyFeature[] {
  const basis = new ColumnBasis();
  const kept: number[] = [];
  return options.ranked.map((feature): RedundancyFeature => {
    const column = standardised(rows, feature);
    const { r2, closest, extend } = basis.explain(column);
    const isSaid = column.isConstant || r2 >= options.r2Min;
    if (isSaid && hasNoHolesOfItsOwn(rows, column, kept)) {
      if (closest === undefined || column.isConstant) return { feature, r2, verdict: 'constant' };
      const verdict = closest.r2 >= options.r2Min ? 'copy' : 'redundant';
      return { feature, r2, verdict, representative: closest.feature };
    }
    kept.push(feature);
    // One that only its holes have kept brings no new direction, and would make the basis singular.
    if (!isSaid) extend();
    return { feature, r2, verdict: 'kept' };
  });
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
