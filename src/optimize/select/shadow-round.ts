import type { SeededRandom } from '../../core/seeded-random.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import { takeRows } from '../train/take-rows.ts';
import { blockPermutation } from './block-permutation.ts';
import type { FitTrees } from './fit-trees.ts';
import { treePermutation } from './tree-permutation.ts';

/** Features that are permuted together and stand or fall together, at least one. */
export type FeatureGroup = readonly number[];

export interface ShadowRoundOptions {
  /** The groups that are tried; other features are left out of the fit. */
  readonly tried: readonly FeatureGroup[];
  /** The groups of which permuted copies stand beside them; they may repeat. See `shadowsOf`. */
  readonly shadowed: readonly FeatureGroup[];
  /** Rows whose order must be kept, ≥ 1: labels that overlap, or a series that remembers. */
  readonly blockLength: number;
  readonly fitTrees: FitTrees;
  readonly random: SeededRandom;
}

export interface ShadowRound {
  /** Of each tried group, the rise of the held-out log-loss when it is permuted, in nats. */
  readonly importances: Float64Array;
  /** The same of each feature of each tried group when it alone is permuted. */
  readonly ownImportances: readonly Float64Array[];
  /** The greatest of the shadow groups, ≥ 0. */
  readonly bestShadow: number;
}

/**
 * Fits trees on features and shadows over two thirds of the rows, and measures both on the third that was held
 * out: a window at a random place on the circle of rows, with `blockLength` − 1 rows left out on either side.
 * Throws a RangeError when that leaves no row to fit.
 */
export function shadowRound(rows: LabelledRows, options: ShadowRoundOptions): ShadowRound {
  const { tried, shadowed, random, blockLength } = options;
  const extended = withShadows(rows, options);
  const { fitted, heldOut } = windowSplit(rows.count, blockLength, random);
  const ensemble = options.fitTrees(takeRows(extended, fitted), random.uint32());
  const judged = takeRows(extended, heldOut);
  const increasesOf = (groups: readonly FeatureGroup[]): Float64Array =>
    treePermutation(ensemble, judged, groups, blockLength, random);
  const places = placesOf([...tried, ...shadowed]);
  const increases = increasesOf(places);
  let bestShadow = 0;
  for (const increase of increases.subarray(tried.length)) bestShadow = Math.max(bestShadow, increase);
  const importances = increases.slice(0, tried.length);
  const ownImportances = places.slice(0, tried.length).map((group, g) => {
    return group.length === 1 ? importances.slice(g, g + 1) : increasesOf(group.map((column) => [column]));
  });
  return { importances, ownImportances, bestShadow };
}

/** Every candidate once; where that is fewer than ten copies, round and round: the best of a few is a low bar. */
export function shadowsOf(candidates: readonly FeatureGroup[]): readonly FeatureGroup[] {
  const length = candidates.length === 0 ? 0 : Math.max(SHADOWS_MIN, candidates.length);
  return Array.from({ length }, (_, s) => candidates[s % candidates.length] as FeatureGroup);
}

const SHADOWS_MIN = 10;

/** The columns of each group when they stand one after the other. */
function placesOf(groups: readonly FeatureGroup[]): readonly FeatureGroup[] {
  let next = 0;
  return groups.map((group) =>
    group.map(() => {
      next += 1;
      return next - 1;
    }),
  );
}

/** A group's shadow is permuted as one: its members stay as correlated as they are. */
function withShadows(rows: LabelledRows, options: ShadowRoundOptions): LabelledRows {
  const { tried, shadowed, blockLength, random } = options;
  const width = [...tried, ...shadowed].flat().length;
  const features = new Float32Array(rows.count * width);
  let place = 0;
  const append = (column: number, source: Int32Array | undefined): void => {
    for (let i = 0; i < rows.count; i += 1) {
      features[i * width + place] = rows.features[(source?.[i] ?? i) * rows.width + column] as number;
    }
    place += 1;
  };
  for (const column of tried.flat()) append(column, undefined);
  for (const group of shadowed) {
    const source = blockPermutation(rows.count, blockLength, random);
    for (const column of group) append(column, source);
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
