import type { SeededRandom } from '../../core/seeded-random.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import { blockPermutation } from './block-permutation.ts';
import type { FitTrees } from './fit-trees.ts';
import { takeRows } from './take-rows.ts';
import { treePermutation } from './tree-permutation.ts';

export interface ShadowRoundOptions {
  /** The features that are tried; the others are left out of the fit. */
  readonly tried: readonly number[];
  /** The features of which permuted copies stand beside them; they may repeat. See `shadowsOf`. */
  readonly shadowed: readonly number[];
  /** Rows whose order must be kept, ≥ 1: labels that overlap, or a series that remembers. */
  readonly blockLength: number;
  readonly fitTrees: FitTrees;
  readonly random: SeededRandom;
}

export interface ShadowRound {
  /** Of each tried feature, the rise of the held-out log-loss when it is permuted, in nats. */
  readonly importances: Float64Array;
  /** The greatest of the shadows. */
  readonly bestShadow: number;
}

/**
 * Fits trees on features and shadows over two thirds of the rows, and measures both on the third that was held
 * out: a window at a random place on the circle of rows, with `blockLength` − 1 rows left out on either side.
 * Throws a RangeError when that leaves no row to fit.
 */
export function shadowRound(rows: LabelledRows, options: ShadowRoundOptions): ShadowRound {
  const { tried, random, blockLength } = options;
  const extended = withShadows(rows, options);
  const { fitted, heldOut } = windowSplit(rows.count, blockLength, random);
  const ensemble = options.fitTrees(takeRows(extended, fitted), random.uint32());
  const increases = treePermutation(ensemble, takeRows(extended, heldOut), blockLength, random);
  let bestShadow = 0;
  for (const increase of increases.subarray(tried.length)) bestShadow = Math.max(bestShadow, increase);
  return { importances: increases.slice(0, tried.length), bestShadow };
}

/** Every candidate once; where that is fewer than ten copies, round and round: the best of a few is a low bar. */
export function shadowsOf(candidates: readonly number[]): readonly number[] {
  const length = candidates.length === 0 ? 0 : Math.max(SHADOWS_MIN, candidates.length);
  return Array.from({ length }, (_, s) => candidates[s % candidates.length] as number);
}

const SHADOWS_MIN = 10;

function withShadows(rows: LabelledRows, options: ShadowRoundOptions): LabelledRows {
  const { tried, shadowed, blockLength, random } = options;
  const width = tried.length + shadowed.length;
  const features = new Float32Array(rows.count * width);
  for (const [j, column] of tried.entries()) {
    for (let i = 0; i < rows.count; i += 1) {
      features[i * width + j] = rows.features[i * rows.width + column] as number;
    }
  }
  for (const [s, column] of shadowed.entries()) {
    const source = blockPermutation(rows.count, blockLength, random);
    for (let i = 0; i < rows.count; i += 1) {
      const value = rows.features[(source[i] as number) * rows.width + column] as number;
      features[i * width + tried.length + s] = value;
    }
  }
  return { ...rows, width, features };
}

interface WindowSplit {
  readonly fitted: Int32Array;
  readonly heldOut: Int32Array;
}

function windowSplit(count: number, blockLength: number, random: SeededRandom): WindowSplit {
  const start = random.below(count);
  const heldOutCount = Math.floor(count / 3);
  const fitted: number[] = [];
  const heldOut: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const offset = (i - start + count) % count;
    if (offset < heldOutCount) heldOut.push(i);
    else if (offset >= heldOutCount + blockLength - 1 && offset <= count - blockLength) fitted.push(i);
  }
  if (heldOut.length === 0 || fitted.length === 0) {
    throw new RangeError(`${count} rows are too few to hold a third out with blocks of ${blockLength}`);
  }
  return { fitted: Int32Array.from(fitted), heldOut: Int32Array.from(heldOut) };
}
