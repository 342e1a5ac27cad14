import type { BinnedColumn } from './bin-features.ts';
import type { Histogram } from './histogram.ts';

/** Sums over the rows of a node, in the units of the gradients' grid. */
export interface NodeSums {
  readonly gradient: number;
  readonly hessian: number;
  readonly count: number;
}

export interface Split {
  readonly feature: number;
  /** Rows of this bin and below go left. */
  readonly bin: number;
  readonly missingLeft: boolean;
  /** What the split gains beyond the node's own score, in the units of the gradients' grid; > 0. */
  readonly gain: number;
  readonly left: NodeSums;
  readonly right: NodeSums;
}

/** A node's outputs must lie in here, so that what monotone splits above it promised stays true. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** {@link TreeOptions} in the units of the gradients' grid. */
export interface SplitRules {
  readonly l1: number;
  readonly l2: number;
  readonly gainMin: number;
  readonly hessianInLeafMin: number;
  readonly rowsInLeafMin: number;
  readonly monotone: readonly (-1 | 0 | 1)[];
}

/** The log-odds that minimise a node's penalised loss to second order: −T(G) ÷ (H + l2), held within bounds. */
export function nodeOutput(gradient: number, hessian: number, rules: SplitRules, bounds: Bounds): number {
  const curvature = hessian + rules.l2;
  if (!(curvature > 0)) return Math.min(Math.max(0, bounds.lower), bounds.upper);
  const free = -softened(gradient, rules.l1) / curvature;
  return Math.min(Math.max(free, bounds.lower), bounds.upper);
}

interface Search {
  readonly histogram: Histogram;
  readonly columns: readonly BinnedColumn[];
  /** The features that may be looked at, ascending. */
  readonly features: Int32Array;
  readonly node: NodeSums;
  readonly bounds: Bounds;
  readonly rules: SplitRules;
}

/** The split of the largest gain; of equals the one found first, by feature and bin. */
export function findSplit({ histogram, columns, features, node, bounds, rules }: Search): Split | undefined {
  const own = outputScore(
    node.gradient,
    node.hessian,
    nodeOutput(node.gradient, node.hessian, rules, bounds),
    rules,
  );
  const scan = new SplitScan(node, bounds, rules, own + rules.gainMin);
  for (const feature of features) {
    const bins = histogram[feature] as Float64Array;
    const { thresholds, hasMissing } = columns[feature] as BinnedColumn;
    const missing = 3 * (thresholds.length + 1);
    const missingCount = hasMissing ? (bins[missing + 2] as number) : 0;
    if (missingCount === 0) {
      scan.run(feature, bins, thresholds.length, 0, 0, 0);
      continue;
    }
    // The last bin as well: it parts what is present from what is missing.
    scan.run(feature, bins, thresholds.length + 1, 0, 0, 0);
    scan.run(
      feature,
      bins,
      thresholds.length,
      bins[missing] as number,
      bins[missing + 1] as number,
      missingCount,
    );
  }
  return scan.result(own);
}

/** −2·T(G)·w − (H + l2)·w², which is T(G)² ÷ (H + l2) at the best w. */
function outputScore(gradient: number, hessian: number, output: number, rules: SplitRules): number {
  return -(2 * softened(gradient, rules.l1) + (hessian + rules.l2) * output) * output;
}

/** T of the formulas: the gradient sum moved l1 towards 0. */
function softened(gradient: number, l1: number): number {
  if (gradient > l1) return gradient - l1;
  return gradient < -l1 ? gradient + l1 : 0;
}

/** Looks at one feature after another and keeps the best split. */
class SplitScan {
  readonly #node: NodeSums;
  readonly #bounds: Bounds;
  readonly #rules: SplitRules;
  #score: number;
  #feature = -1;
  #bin = 0;
  #missingLeft = false;
  #left: NodeSums = { gradient: 0, hessian: 0, count: 0 };

  constructor(node: NodeSums, bounds: Bounds, rules: SplitRules, scoreMin: number) {
    this.#node = node;
    this.#bounds = bounds;
    this.#rules = rules;
    this.#score = scoreMin;
  }

  /**
   * @param bins sums as in {@link Histogram}
   * @param end splits after the bins before this one are looked at
   * @param gradientFirst with `hessianFirst` and `countFirst` what is on the left before the first bin: the
   * missing rows or nothing
   */
  run(
    feature: number,
    bins: Float64Array,
    end: number,
    gradientFirst: number,
    hessianFirst: number,
    countFirst: number,
  ): void {
    const { l1, l2, hessianInLeafMin, rowsInLeafMin, monotone } = this.#rules;
    const node = this.#node;
    const isBounded = monotone.length > 0;
    const countMax = node.count - rowsInLeafMin;
    const hessianMax = node.hessian - hessianInLeafMin;
    let score = this.#score;
    let best = -1;
    let bestGradient = 0;
    let bestHessian = 0;
    let bestCount = 0;
    let gradient = gradientFirst;
    let hessian = hessianFirst;
    let count = countFirst;
    // Empty bins are not skipped: they repeat the split before them, which is not better than itself.
    for (let bin = 0; bin < end; bin += 1) {
      gradient += bins[3 * bin] as number;
      hessian += bins[3 * bin + 1] as number;
      count += bins[3 * bin + 2] as number;
      if (count > countMax || hessian > hessianMax) break;
      if (count < rowsInLeafMin || hessian < hessianInLeafMin) continue;
      const other = isBounded
        ? this.#boundedScore(feature, gradient, hessian)
        : freeScore(gradient, hessian + l2, node.gradient - gradient, node.hessian - hessian + l2, l1);
      if (!(other > score)) continue;
      score = other;
      best = bin;
      bestGradient = gradient;
      bestHessian = hessian;
      bestCount = count;
    }
    if (best < 0) return;
    this.#score = score;
    this.#feature = feature;
    this.#bin = best;
    this.#missingLeft = countFirst > 0;
    this.#left = { gradient: bestGradient, hessian: bestHessian, count: bestCount };
  }

  /** @param own score of the node if it is not split */
  result(own: number): Split | undefined {
    if (this.#feature < 0) return undefined;
    const left = this.#left;
    const node = this.#node;
    return {
      feature: this.#feature,
      bin: this.#bin,
      missingLeft: this.#missingLeft,
      gain: this.#score - own,
      left,
      right: {
        gradient: node.gradient - left.gradient,
        hessian: node.hessian - left.hessian,
        count: node.count - left.count,
      },
    };
  }

  /** −∞ where the sides would break the feature's direction. */
  #boundedScore(feature: number, gradient: number, hessian: number): number {
    const rules = this.#rules;
    const gradientRight = this.#node.gradient - gradient;
    const hessianRight = this.#node.hessian - hessian;
    const left = nodeOutput(gradient, hessian, rules, this.#bounds);
    const right = nodeOutput(gradientRight, hessianRight, rules, this.#bounds);
    if ((rules.monotone[feature] as number) * (right - left) < 0) return Number.NEGATIVE_INFINITY;
    return (
      outputScore(gradient, hessian, left, rules) + outputScore(gradientRight, hessianRight, right, rules)
    );
  }
}

/** T(G_l)² ÷ curvature left + T(G_r)² ÷ curvature right, with one division. */
function freeScore(
  gradientLeft: number,
  curvatureLeft: number,
  gradientRight: number,
  curvatureRight: number,
  l1: number,
): number {
  // Signs are a coin's toss to the processor, so the usual case does not branch on them.
  const left = l1 === 0 ? gradientLeft : softened(gradientLeft, l1);
  const right = l1 === 0 ? gradientRight : softened(gradientRight, l1);
  return (left * left * curvatureRight + right * right * curvatureLeft) / (curvatureLeft * curvatureRight);
}
