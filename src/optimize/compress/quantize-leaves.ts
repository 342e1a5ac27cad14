import { roundHalfEven } from '../../onnx/round-half-even.ts';
import type { TreeEnsemble } from '../train/trees/tree-ensemble.ts';
import { compensatedLeaves } from './compensated-leaves.ts';

/** log-odds = fround(fround(Σ leaf code) × scale) + base. The sum is of integers, hence exact in any order. */
export interface QuantizedLeaves {
  /** Codes reach ±(2^(bits−1) − 1). Up to 8 are int8, more are int16. */
  readonly bits: number;
  /** Exact f32. */
  readonly scale: number;
  /** Exact f32. */
  readonly base: number;
  /** The trees with codes for leaves: f32 numbers that are integers, and the base 0. */
  readonly codes: TreeEnsemble;
}

/**
 * Leaves as integer codes on one scale for the ensemble, so that the largest |leaf| is the largest code: each rounded
 * half to even, which moves a score's log-odds by at most trees × scale ÷ 2, or together on `rows`, see
 * `compensated-leaves.ts`. In ONNX the codes are leaf weights
 * of a TreeEnsembleRegressor, whose f32 sums of integers below 2²⁴ are exact, followed by one Mul and one Add.
 *
 * @param bits 2 to 16
 * @param rows f32[count × width] of the ensemble's own columns; undefined rounds to the nearest
 */
export function quantizeLeaves(
  ensemble: TreeEnsemble,
  bits: number,
  rows: Float32Array | undefined,
): QuantizedLeaves {
  if (!Number.isInteger(bits) || bits < 2 || bits > 16)
    throw new RangeError(`${bits} bits are not in 2 to 16`);
  const largestCode = (1 << (bits - 1)) - 1;
  // Beyond, a sum of codes might not be an exact f32.
  if (ensemble.trees.length * largestCode > 16_777_216)
    throw new RangeError(`too many trees for ${bits} bits`);
  let largest = 0;
  for (const { leaf } of ensemble.trees) {
    for (const value of leaf) largest = Math.max(largest, Math.abs(value));
  }
  const scale = Math.fround(largest / largestCode) || 1;
  const trees = rows
    ? compensatedLeaves(ensemble, scale, largestCode, rows)
    : ensemble.trees.map((tree) => ({
        ...tree,
        leaf: tree.leaf.map((value) =>
          Math.max(-largestCode, Math.min(largestCode, roundHalfEven(value / scale))),
        ),
      }));
  return { bits, scale, base: ensemble.base, codes: { width: ensemble.width, base: 0, trees } };
}
