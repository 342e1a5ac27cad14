import type { BinnedColumn } from './bin-features.ts';
import { HISTOGRAM_STRIDE } from './histogram.ts';

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
  /** Of the node: gradient, hessian and count of each bin, feature after feature. */
  readonly histogram: Float64Array;
  /** Of each feature, the position of its first bin in the histogram. */
  readonly offsets: Int32Array;
  readonly columns: readonly BinnedColumn[];
  /** The features that may be looked at, ascending. */
  readonly features: Int32Array;
  readonly node: NodeSums;
  readonly bounds: Bounds;
  readonly rules: SplitRules;
}

/** The split of the largest gain; the lowest feature and bin among equals. */
export function findSplit(search: Search): Split | undefined {
  const { node, rules, bounds } = search;
  const scan = new FeatureScan(search);
  const own = outputScore(
    node.gradient,
    node.hessian,
    nodeOutput(node.gradient, node.hessian, rules, bounds),
    rules,
  );
  scan.bestScore = own + rules.gainMin;
  for (const feature of search.features) scan.run(feature);
  if (scan.bestFeature < 0) return undefined;
  const left = { gradient: scan.bestGradient, hessian: scan.bestHessian, count: scan.bestCount };
  return {
    feature: scan.bestFeature,
    bin: scan.bestBin,
    missingLeft: scan.bestMissingLeft,
    gain: scan.bestScore - own,
    left,
    right: {
      gradient: node.gradient - left.gradient,
      hessian: node.hessian - left.hessian,
      count: node.count - left.count,
    },
  };
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

class FeatureScan {
  bestScore = 0;
  bestFeature = -1;
  bestBin = 0;
  bestMissingLeft = false;
  bestGradient = 0;
  bestHessian = 0;
  bestCount = 0;
  readonly #search: Search;
  readonly #isBounded: boolean;

  constructor(search: Search) {
    this.#search = search;
    this.#isBounded = search.rules.monotone.length > 0;
  }

  run(feature: number): void {
    const { histogram, offsets, columns, node, rules } = this.#search;
    const { thresholds, hasMissing } = columns[feature] as BinnedColumn;
    const start = offsets[feature] as number;
    const missing = (start + thresholds.length + 1) * HISTOGRAM_STRIDE;
    const missingCount = hasMissing ? (histogram[missing + 2] as number) : 0;
    const missingGradient = missingCount > 0 ? (histogram[missing] as number) : 0;
    const missingHessian = missingCount > 0 ? (histogram[missing + 1] as number) : 0;
    // Without missing rows in the node the last bin leaves nothing on the right.
    const binLast = missingCount > 0 ? thresholds.length : thresholds.length - 1;
    const countMax = node.count - rules.rowsInLeafMin;
    let gradient = 0;
    let hessian = 0;
    let count = 0;
    for (let bin = 0; bin <= binLast; bin += 1) {
      const at = (start + bin) * HISTOGRAM_STRIDE;
      const inBin = histogram[at + 2] as number;
      // An empty bin would repeat the split before it.
      if (inBin === 0) continue;
      gradient += histogram[at] as number;
      hessian += histogram[at + 1] as number;
      count += inBin;
      if (count > countMax) break;
      this.#consider(feature, bin, false, gradient, hessian, count);
      if (missingCount > 0 && bin < thresholds.length)
        this.#consider(
          feature,
          bin,
          true,
          gradient + missingGradient,
          hessian + missingHessian,
          count + missingCount,
        );
    }
  }

  /** The sums are those of the left side. */
  #consider(
    feature: number,
    bin: number,
    missingLeft: boolean,
    gradient: number,
    hessian: number,
    count: number,
  ): void {
    const { node, rules } = this.#search;
    const hessianRight = node.hessian - hessian;
    if (count < rules.rowsInLeafMin || node.count - count < rules.rowsInLeafMin) return;
    if (hessian < rules.hessianInLeafMin || hessianRight < rules.hessianInLeafMin) return;
    const score = this.#isBounded
      ? this.#boundedScore(feature, gradient, hessian)
      : freeScore(gradient, hessian + rules.l2, node.gradient - gradient, hessianRight + rules.l2, rules.l1);
    if (!(score > this.bestScore)) return;
    this.bestScore = score;
    this.bestFeature = feature;
    this.bestBin = bin;
    this.bestMissingLeft = missingLeft;
    this.bestGradient = gradient;
    this.bestHessian = hessian;
    this.bestCount = count;
  }

  /** −∞ where the sides would break the feature's direction. */
  #boundedScore(feature: number, gradient: number, hessian: number): number {
    const { node, rules, bounds } = this.#search;
    const gradientRight = node.gradient - gradient;
    const hessianRight = node.hessian - hessian;
    const left = nodeOutput(gradient, hessian, rules, bounds);
    const right = nodeOutput(gradientRight, hessianRight, rules, bounds);
    if ((rules.monotone[feature] as number) * (right - left) < 0) return Number.NEGATIVE_INFINITY;
    return (
      outputScore(gradient, hessian, left, rules) + outputScore(gradientRight, hessianRight, right, rules)
    );
  }
}

/** T(G_l)² ÷ curvature left + T(G_r)² ÷ curvature right. */
function freeScore(
  gradientLeft: number,
  curvatureLeft: number,
  gradientRight: number,
  curvatureRight: number,
  l1: number,
): number {
  const left = softened(gradientLeft, l1);
  const right = softened(gradientRight, l1);
  return (left * left) / curvatureLeft + (right * right) / curvatureRight;
}
