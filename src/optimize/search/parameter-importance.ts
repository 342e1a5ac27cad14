import { SeededRandom } from '../../core/seeded-random.ts';
import { planSearch, type SearchPlan, unitsOfPoint } from './search-plan.ts';
import type { Space } from './space.ts';
import { isComplete, type Trial } from './trial.ts';

export interface ParameterImportance {
  readonly parameter: string;
  /** Share of the values' variance that the parameter makes by itself, in [0, 1]. */
  readonly share: number;
}

export interface ImportanceOptions {
  /** One without faults. */
  readonly space: Space;
  readonly trials: readonly Trial[];
  readonly seed: number;
}

/**
 * What each parameter alone does to the value over the whole space, the greatest share first: functional ANOVA over a
 * forest of 64 regression trees, each grown on a bootstrap sample of the complete trials. What is missing to 1 is made
 * by parameters together. Empty when fewer than 10 trials are complete or all values are
 * equal. A place on its scale stands for a number, the share of its index for a choice, the middle of the scale for a
 * parameter that is not active.
 *
 * Source: Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML 2014.
 */
export function parameterImportance({
  space,
  trials,
  seed,
}: ImportanceOptions): readonly ParameterImportance[] {
  const plan = planSearch(space);
  const complete = trials.filter(isComplete);
  const values = complete.map(({ outcome }) => outcome.value);
  if (values.length < IMPORTANCE_TRIALS_MIN || values.every((value) => value === values[0])) return [];
  const rows = complete.map(({ point }) => unitsOfPoint(plan, point, 0.5));
  const random = new SeededRandom(seed);
  const totals = new Float64Array(plan.parameters.length);
  let grown = 0;
  for (let tree = 0; tree < TREES; tree += 1) {
    const sample = rows.map(() => random.below(rows.length));
    const leaves = growTree({ plan, rows, values, random }, sample);
    const shares = varianceShares(leaves, totals.length);
    if (shares === undefined) continue;
    grown += 1;
    for (const [i, share] of shares.entries()) totals[i] = (totals[i] as number) + share;
  }
  return plan.parameters
    .map(({ name, index }) => ({ parameter: name, share: (totals[index] as number) / Math.max(grown, 1) }))
    .toSorted((a, b) => b.share - a.share);
}

/** Fewer trials say next to nothing. */
const IMPORTANCE_TRIALS_MIN = 10;

const TREES = 64;
const LEAF_ROWS_MIN = 3;

/** A box [lows, highs) of the unit cube in which the tree gives one value. */
interface Leaf {
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  readonly value: number;
}

interface Growing {
  readonly plan: SearchPlan;
  readonly rows: readonly Float64Array[];
  readonly values: readonly number[];
  readonly random: SeededRandom;
}

function growTree(growing: Growing, sample: readonly number[]): readonly Leaf[] {
  const width = growing.plan.parameters.length;
  const leaves: Leaf[] = [];
  const open = [{ sample, lows: new Float64Array(width), highs: new Float64Array(width).fill(1) }];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const cut = bestCut(growing, node.sample);
    if (cut === undefined) {
      const sum = node.sample.reduce((total, i) => total + (growing.values[i] as number), 0);
      leaves.push({ lows: node.lows, highs: node.highs, value: sum / node.sample.length });
      continue;
    }
    const isBelow = (i: number): boolean =>
      ((growing.rows[i] as Float64Array)[cut.dimension] as number) < cut.at;
    const { lows, highs } = node;
    open.push(
      { sample: node.sample.filter(isBelow), lows, highs: highs.with(cut.dimension, cut.at) },
      { sample: node.sample.filter((i) => !isBelow(i)), lows: lows.with(cut.dimension, cut.at), highs },
    );
  }
  return leaves;
}

interface Cut {
  readonly dimension: number;
  readonly at: number;
}

/** The cut of greatest gain in squared error, among about two thirds of the dimensions, drawn for each node. */
function bestCut({ plan, rows, values, random }: Growing, sample: readonly number[]): Cut | undefined {
  const width = plan.parameters.length;
  const always = random.below(width);
  let best: Cut | undefined;
  let bestGain = 0;
  for (let dimension = 0; dimension < width; dimension += 1) {
    const isTried = random.uniform() < 2 / 3 || dimension === always;
    if (!isTried || sample.length < 2 * LEAF_ROWS_MIN) continue;
    const unitOf = (i: number): number => (rows[i] as Float64Array)[dimension] as number;
    const sorted = sample.toSorted((a, b) => unitOf(a) - unitOf(b));
    const total = sorted.reduce((sum, i) => sum + (values[i] as number), 0);
    let below = 0;
    for (let count = 1; count < sorted.length; count += 1) {
      const last = sorted[count - 1] as number;
      const next = sorted[count] as number;
      below += values[last] as number;
      if (count < LEAF_ROWS_MIN || sorted.length - count < LEAF_ROWS_MIN || unitOf(last) === unitOf(next))
        continue;
      const above = total - below;
      const parts = (below * below) / count + (above * above) / (sorted.length - count);
      const gain = parts - (total * total) / sorted.length;
      if (gain > bestGain) {
        best = { dimension, at: (unitOf(last) + unitOf(next)) / 2 };
        bestGain = gain;
      }
    }
  }
  return best;
}

/** By dimension, the variance of its marginal over that of the whole; undefined for a tree without a cut. */
function varianceShares(leaves: readonly Leaf[], width: number): readonly number[] | undefined {
  const mean = leaves.reduce((sum, leaf) => sum + volumeBut(leaf, -1) * leaf.value, 0);
  const variance = leaves.reduce((sum, leaf) => {
    const offset = leaf.value - mean;
    return sum + volumeBut(leaf, -1) * offset * offset;
  }, 0);
  if (!(variance > 0)) return undefined;
  return Array.from(
    { length: width },
    (_, dimension) => marginalVariance(leaves, dimension, mean) / variance,
  );
}

/** Between neighbouring cuts of the dimension the marginal is constant. */
function marginalVariance(leaves: readonly Leaf[], dimension: number, mean: number): number {
  const cuts = new Set(
    leaves.flatMap(({ lows, highs }) => [lows[dimension] as number, highs[dimension] as number]),
  );
  const edges = [...cuts].toSorted((a, b) => a - b);
  let variance = 0;
  for (const [i, low] of edges.slice(0, -1).entries()) {
    const high = edges[i + 1] as number;
    let marginal = 0;
    for (const leaf of leaves) {
      const isAcross = (leaf.lows[dimension] as number) <= low && (leaf.highs[dimension] as number) >= high;
      if (isAcross) marginal += volumeBut(leaf, dimension) * leaf.value;
    }
    variance += (high - low) * (marginal - mean) * (marginal - mean);
  }
  return variance;
}

/** The box's volume in all dimensions but one. */
function volumeBut({ lows, highs }: Leaf, left: number): number {
  let volume = 1;
  for (let i = 0; i < lows.length; i += 1) {
    if (i !== left) volume *= (highs[i] as number) - (lows[i] as number);
  }
  return volume;
}
