import { log } from '../../core/log.ts';
import { sigmoid } from '../../core/sigmoid.ts';
import type { Bar } from '../../features/bar.ts';
import { ewmaVolatility, RISKMETRICS_DECAY } from '../../stats/ewma-volatility.ts';
import { trainLogistic } from '../train/logistic.ts';

/** Chance of a large move = sigmoid(weight · (ln σ − centre) ÷ spread + bias), σ the EWMA volatility. */
export interface EwmaBaseline {
  readonly centre: number;
  readonly spread: number;
  readonly weight: number;
  readonly bias: number;
}

/** Where and on what a baseline is fitted; per-example arrays are of all examples. */
interface BaselineRows {
  /** ln σ at each example's bar, see {@link logVolatilities}. */
  readonly logVolatility: Float64Array;
  /** 1: a large move followed. */
  readonly labels: Uint8Array;
  /** Indices of the training examples. */
  readonly fitOn: Int32Array;
}

/**
 * What everybody has: the volatility of RiskMetrics (λ = 0.94), turned into a calibrated chance of a large move by a
 * logistic regression on training alone. A risk head that does not beat it out of sample has learnt nothing.
 *
 * @throws RangeError where the training examples have one class or one volatility only
 */
export function fitEwmaBaseline({ logVolatility, labels, fitOn }: BaselineRows): EwmaBaseline {
  const inputs = Float64Array.from(fitOn, (i) => logVolatility[i] as number);
  const trainLabels = Uint8Array.from(fitOn, (i) => labels[i] as number);
  const positives = trainLabels.reduce((sum, label) => sum + label, 0);
  if (positives === 0 || positives === trainLabels.length) throw new RangeError('the labels have one class');
  const centre = inputs.reduce((sum, value) => sum + value, 0) / inputs.length;
  const squares = inputs.reduce((sum, value) => sum + (value - centre) * (value - centre), 0);
  const spread = Math.sqrt(squares / inputs.length);
  if (!(spread > 0)) throw new RangeError('the volatility does not vary');
  const rows = {
    count: inputs.length,
    width: 1,
    inputs: inputs.map((value) => (value - centre) / spread),
    labels: trainLabels,
    weights: new Float64Array(inputs.length).fill(1),
  };
  const { weights, bias } = trainLogistic(rows, RIDGE);
  return { centre, spread, weight: weights[0] as number, bias };
}

/** The chance of a large move at each example of `indices`. */
export function ewmaBaselineProbabilities(
  { centre, spread, weight, bias }: EwmaBaseline,
  logVolatility: Float64Array,
  indices: Int32Array,
): Float64Array {
  return Float64Array.from(indices, (i) =>
    sigmoid((weight * ((logVolatility[i] as number) - centre)) / spread + bias),
  );
}

/** ln of the EWMA volatility at each of the bars `barIndex` (≥ 1), from their past alone. */
export function logVolatilities(bars: readonly Bar[], barIndex: Int32Array): Float64Array {
  const volatility = ewmaVolatility(
    bars.map(({ close }) => close),
    RISKMETRICS_DECAY,
  );
  return Float64Array.from(barIndex, (index) => log(Math.max(volatility[index] as number, VOLATILITY_MIN)));
}

/** One standardised input needs no shrinkage; this only keeps separable labels finite. */
const RIDGE = 1e-3;
/** A ten-thousandth of a basis point, for a series that has not moved at all. */
const VOLATILITY_MIN = 1e-8;
