import { exp } from '../../core/exp.ts';
import { log } from '../../core/log.ts';
import type { SeededRandom } from '../../core/seeded-random.ts';
import {
  HALF_LOG_TWO_PI,
  logNormalMass,
  normalCdf,
  normalQuantile,
} from '../../stats/normal-distribution.ts';
import { type ChoiceDomain, coordinateOf, type Domain, type NumericDomain, valueAt } from './domain.ts';

/**
 * A density over some parameters as a mixture of product kernels, one around each observation and a wide one,
 * the prior, over the whole domain: truncated Gaussians on numeric coordinates, smoothed choices on categorical
 * ones. As Optuna 5.0.0 builds it for TPE, with consider_endpoints=False and magic clip.
 *
 * Sources: Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS 2011; Falkner et al., "BOHB",
 * ICML 2018 (the joint form); S. Watanabe, arXiv:2304.11127 (each ingredient and what it does).
 */
export interface ParzenEstimator {
  readonly kernelCount: number;
  /** Running sums of the kernels' weights; the last is their total. */
  readonly weightSums: Float64Array;
  /** log of each weight over their total, and of everything else about a kernel that no candidate changes. */
  readonly logScales: Float64Array;
  /** By parameter. */
  readonly factors: readonly Factor[];
}

type Factor = NumericFactor | ChoiceFactor;

interface NumericFactor {
  readonly kind: 'numeric';
  readonly domain: NumericDomain;
  readonly centres: Float64Array;
  readonly widths: Float64Array;
}

interface ChoiceFactor {
  readonly kind: 'choice';
  readonly domain: ChoiceDomain;
  /** [kernels × choices], row-major. */
  readonly probabilities: Float64Array;
}

/** `observations`: coordinates by parameter of `domains`, the oldest first; the newest 25 weigh most. */
export function parzenEstimator(
  domains: readonly Domain[],
  observations: readonly ArrayLike<number>[],
): ParzenEstimator {
  const weights = kernelWeights(observations.length);
  const kernelCount = weights.length;
  const weightSums = runningSums(weights);
  const total = weightSums[kernelCount - 1] as number;
  const logScales = weights.map((weight) => log(weight / total));
  const factors = domains.map((domain, dimension): Factor => {
    const column = Float64Array.from(observations, (row) => row[dimension] as number);
    if (domain.kind === 'choice') return choiceFactor(domain, column);
    const factor = numericFactor(domain, column);
    addLogScales(logScales, factor);
    return factor;
  });
  return { kernelCount, weightSums, logScales, factors };
}

/** A ramp from 1/n to 1 over all but the newest 25, 1 for those and for the prior, which comes last. */
function kernelWeights(count: number): Float64Array {
  const weights = new Float64Array(count + 1).fill(1);
  const rampLength = count - NEWEST_COUNT;
  for (let i = 0; i < rampLength; i += 1) {
    weights[i] = rampLength === 1 ? 1 / count : 1 / count + ((1 - 1 / count) * i) / (rampLength - 1);
  }
  return weights;
}

const NEWEST_COUNT = 25;

function runningSums(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}

function numericFactor(domain: NumericDomain, column: Float64Array): NumericFactor {
  const count = column.length;
  const centres = new Float64Array(count + 1);
  centres.set(column);
  centres[count] = 0.5 * (domain.low + domain.high);
  const widths = new Float64Array(count + 1);
  widths.set(kernelWidths(domain, column));
  widths[count] = domain.high - domain.low;
  return { kind: 'numeric', domain, centres, widths };
}

/**
 * The larger gap to a neighbour, of the outermost observations the gap inwards, but neither so narrow that
 * the search would stick to a few points nor wider than the domain.
 */
function kernelWidths({ low, high }: NumericDomain, column: Float64Array): Float64Array {
  const count = column.length;
  const order = Array.from(column, (_, i) => i).toSorted(
    (a, b) => (column[a] as number) - (column[b] as number),
  );
  const sorted = [low, ...order.map((i) => column[i] as number), high];
  const widthMax = high - low;
  const widthMin = widthMax / Math.min(100, count + 2);
  const widths = new Float64Array(count);
  for (const [rank, i] of order.entries()) {
    const below = gap(sorted, rank);
    const above = gap(sorted, rank + 1);
    const isAlone = count === 1;
    const gapOutwardsLeft = !isAlone && rank === 0 ? above : Math.max(below, above);
    const width = !isAlone && rank === count - 1 ? below : gapOutwardsLeft;
    widths[i] = Math.min(widthMax, Math.max(widthMin, width));
  }
  return widths;
}

const gap = (sorted: readonly number[], i: number): number =>
  (sorted[i + 1] as number) - (sorted[i] as number);

/** What normalises each truncated Gaussian: −log of its mass within the domain, of a density also of its width. */
function addLogScales(logScales: Float64Array, { domain, centres, widths }: NumericFactor): void {
  for (let kernel = 0; kernel < centres.length; kernel += 1) {
    const centre = centres[kernel] as number;
    const width = widths[kernel] as number;
    const logMass = logNormalMass((domain.low - centre) / width, (domain.high - centre) / width);
    const logHeight = domain.step === 0 ? -log(width) - HALF_LOG_TWO_PI : 0;
    logScales[kernel] = (logScales[kernel] as number) + logHeight - logMass;
  }
}

/** Each kernel: 1 at the observed choice and 1 / kernels at every choice, normalised; the prior even. */
function choiceFactor(domain: ChoiceDomain, column: Float64Array): ChoiceFactor {
  const choiceCount = domain.choices.length;
  const kernelCount = column.length + 1;
  const probabilities = new Float64Array(kernelCount * choiceCount);
  for (let kernel = 0; kernel < kernelCount; kernel += 1) {
    const observed = column[kernel];
    const total = choiceCount / kernelCount + (observed === undefined ? 0 : 1);
    for (let choice = 0; choice < choiceCount; choice += 1) {
      const share = 1 / kernelCount + (choice === observed ? 1 : 0);
      probabilities[kernel * choiceCount + choice] = share / total;
    }
  }
  return { kind: 'choice', domain, probabilities };
}

/** Coordinates of one draw, by parameter. */
export function sampleParzen(estimator: ParzenEstimator, random: SeededRandom): Float64Array {
  const { kernelCount, weightSums } = estimator;
  const target = random.uniform() * (weightSums[kernelCount - 1] as number);
  let kernel = 0;
  while (kernel < kernelCount - 1 && (weightSums[kernel] as number) <= target) kernel += 1;
  return Float64Array.from(estimator.factors, (factor) =>
    factor.kind === 'numeric' ? sampleGaussian(factor, kernel, random) : sampleChoice(factor, kernel, random),
  );
}

function sampleGaussian(
  { domain, centres, widths }: NumericFactor,
  kernel: number,
  random: SeededRandom,
): number {
  const centre = centres[kernel] as number;
  const width = widths[kernel] as number;
  const below = normalCdf((domain.low - centre) / width);
  const above = normalCdf((centre - domain.high) / width);
  const mass = 1 - below - above;
  const unit = random.uniform();
  const fromBelow = below + unit * mass;
  // The smaller tail holds the more digits.
  const z = fromBelow <= 0.5 ? normalQuantile(fromBelow) : -normalQuantile(above + (1 - unit) * mass);
  const coordinate = Math.min(domain.high, Math.max(domain.low, centre + width * z));
  return domain.step === 0 ? coordinate : coordinateOf(domain, valueAt(domain, coordinate));
}

function sampleChoice({ domain, probabilities }: ChoiceFactor, kernel: number, random: SeededRandom): number {
  const choiceCount = domain.choices.length;
  let rest = random.uniform();
  for (let choice = 0; choice < choiceCount - 1; choice += 1) {
    rest -= probabilities[kernel * choiceCount + choice] as number;
    if (rest < 0) return choice;
  }
  return choiceCount - 1;
}

/** log of the density (of the mass, where values lie a step apart) at a draw's coordinates. */
export function logDensity(estimator: ParzenEstimator, coordinates: ArrayLike<number>): number {
  const terms = estimator.logScales.slice();
  for (const [dimension, factor] of estimator.factors.entries()) {
    const coordinate = coordinates[dimension] as number;
    if (factor.kind === 'choice') addChoiceTerms(terms, factor, coordinate);
    else if (factor.domain.step === 0) addGaussianTerms(terms, factor.centres, factor.widths, coordinate);
    else addStepTerms(terms, factor, coordinate);
  }
  return logSumExp(terms);
}

function addGaussianTerms(
  terms: Float64Array,
  centres: Float64Array,
  widths: Float64Array,
  coordinate: number,
): void {
  for (let kernel = 0; kernel < terms.length; kernel += 1) {
    const z = (coordinate - (centres[kernel] as number)) / (widths[kernel] as number);
    terms[kernel] = (terms[kernel] as number) - 0.5 * z * z;
  }
}

/** The mass between the middles to the neighbouring values. */
function addStepTerms(terms: Float64Array, factor: NumericFactor, coordinate: number): void {
  const { domain, centres, widths } = factor;
  const value = valueAt(domain, coordinate) as number;
  const from = domain.isLog ? log(value - domain.step / 2) : value - domain.step / 2;
  const to = domain.isLog ? log(value + domain.step / 2) : value + domain.step / 2;
  for (let kernel = 0; kernel < terms.length; kernel += 1) {
    const centre = centres[kernel] as number;
    const width = widths[kernel] as number;
    terms[kernel] = (terms[kernel] as number) + logNormalMass((from - centre) / width, (to - centre) / width);
  }
}

function addChoiceTerms(terms: Float64Array, { domain, probabilities }: ChoiceFactor, choice: number): void {
  const choiceCount = domain.choices.length;
  for (let kernel = 0; kernel < terms.length; kernel += 1) {
    terms[kernel] = (terms[kernel] as number) + log(probabilities[kernel * choiceCount + choice] as number);
  }
}

function logSumExp(terms: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const term of terms) largest = Math.max(largest, term);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (const term of terms) {
    // A hundred terms of e^−50 are less than half an ulp of the largest, and most kernels are far away.
    if (term - largest > -50) sum += exp(term - largest);
  }
  return largest + log(sum);
}
