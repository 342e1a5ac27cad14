import { SeededRandom } from '../../core/seeded-random.ts';
import { sigmoid } from '../../core/sigmoid.ts';
import { Adam } from './adam.ts';
import { weightedLogLoss } from './log-loss.ts';
import { shuffle } from './shuffle.ts';
import type { TrainingRows } from './training-rows.ts';

/** inputs → hidden (ReLU) → one log-odds. */
export interface PerceptronParameters {
  readonly width: number;
  readonly hidden: number;
  /** [width × hidden], row-major. */
  readonly hiddenWeights: Float64Array;
  readonly hiddenBias: Float64Array;
  /** [hidden × 1]. */
  readonly outputWeights: Float64Array;
  readonly outputBias: number;
}

export interface PerceptronOptions {
  readonly hidden: number;
  readonly learningRate: number;
  /** Decoupled weight decay per step, as a share of the learning rate (AdamW; Loshchilov and Hutter, 2019). */
  readonly weightDecay: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** When training ends: after a number of epochs, or by the loss on rows that it does not learn from. */
export type PerceptronStop =
  | { readonly kind: 'epochs'; readonly epochs: number }
  | {
      readonly kind: 'validation';
      readonly rows: TrainingRows;
      readonly epochsMax: number;
      /** Epochs without a better validation loss after which training stops. */
      readonly patience: number;
    };

export interface TrainedPerceptron {
  readonly parameters: PerceptronParameters;
  /** Epochs that shaped the parameters; 0 where the start was best. */
  readonly epochs: number;
}

/**
 * Trains by AdamW on shuffled batches. Stopped by validation, it gives the parameters of the epoch with the
 * least validation loss.
 */
export function trainPerceptron(
  train: TrainingRows,
  stop: PerceptronStop,
  options: PerceptronOptions,
): TrainedPerceptron {
  const random = new SeededRandom(options.seed);
  const layout = layoutOf(train.width, options.hidden);
  const flat = initialParameters(layout, random);
  const epoch = epochRunner(layout, train, flat, options, random);
  if (stop.kind === 'epochs') {
    for (let i = 0; i < stop.epochs; i += 1) epoch();
    return { parameters: named(layout, flat), epochs: stop.epochs };
  }
  let best = flat.slice();
  let bestLoss = lossOf(layout, best, stop.rows);
  let bestEpochs = 0;
  for (let epochs = 1; epochs <= stop.epochsMax && epochs - bestEpochs <= stop.patience; epochs += 1) {
    epoch();
    const loss = lossOf(layout, flat, stop.rows);
    if (loss >= bestLoss) continue;
    bestLoss = loss;
    best = flat.slice();
    bestEpochs = epochs;
  }
  return { parameters: named(layout, best), epochs: bestEpochs };
}

/** One pass over the rows in a new order a call, changing `flat` in place. */
function epochRunner(
  layout: Layout,
  train: TrainingRows,
  flat: Float64Array,
  options: PerceptronOptions,
  random: SeededRandom,
): () => void {
  const optimiser = new Adam(flat.length, options);
  const gradient = new Float64Array(flat.length);
  const activations = new Float64Array(layout.hidden);
  const order = Int32Array.from({ length: train.count }, (_, i) => i);
  return () => {
    shuffle(order, random);
    for (let start = 0; start < train.count; start += options.batchSize) {
      const batch = order.subarray(start, start + options.batchSize);
      batchGradient(layout, flat, train, batch, gradient, activations);
      optimiser.step(flat, gradient);
    }
  };
}

/** Log-odds of each row. */
export function perceptronLogits(parameters: PerceptronParameters, inputs: Float64Array): Float64Array {
  const { width, hidden, hiddenWeights, hiddenBias, outputWeights, outputBias } = parameters;
  const logits = new Float64Array(inputs.length / width);
  for (let i = 0; i < logits.length; i += 1) {
    let logit = 0;
    for (let h = 0; h < hidden; h += 1) {
      let sum = 0;
      for (let j = 0; j < width; j += 1) {
        sum += (inputs[i * width + j] as number) * (hiddenWeights[j * hidden + h] as number);
      }
      logit += Math.max(0, sum + (hiddenBias[h] as number)) * (outputWeights[h] as number);
    }
    logits[i] = logit + outputBias;
  }
  return logits;
}

/** Where each part lies in the one array that the optimiser moves. */
interface Layout {
  readonly width: number;
  readonly hidden: number;
  readonly hiddenBiasAt: number;
  readonly outputWeightsAt: number;
  readonly outputBiasAt: number;
  readonly size: number;
}

function layoutOf(width: number, hidden: number): Layout {
  const hiddenBiasAt = width * hidden;
  const outputWeightsAt = hiddenBiasAt + hidden;
  const outputBiasAt = outputWeightsAt + hidden;
  return { width, hidden, hiddenBiasAt, outputWeightsAt, outputBiasAt, size: outputBiasAt + 1 };
}

function named(layout: Layout, flat: Float64Array): PerceptronParameters {
  return {
    width: layout.width,
    hidden: layout.hidden,
    hiddenWeights: flat.slice(0, layout.hiddenBiasAt),
    hiddenBias: flat.slice(layout.hiddenBiasAt, layout.outputWeightsAt),
    outputWeights: flat.slice(layout.outputWeightsAt, layout.outputBiasAt),
    outputBias: flat[layout.outputBiasAt] as number,
  };
}

/** He's initialisation for the hidden layer; the output starts near 0, which is the prior of a coin. */
function initialParameters(layout: Layout, random: SeededRandom): Float64Array {
  const flat = new Float64Array(layout.size);
  const hiddenScale = Math.sqrt(2 / layout.width);
  for (let i = 0; i < layout.hiddenBiasAt; i += 1) flat[i] = hiddenScale * random.normal();
  const outputScale = 0.1 * Math.sqrt(1 / layout.hidden);
  for (let i = layout.outputWeightsAt; i < layout.outputBiasAt; i += 1)
    flat[i] = outputScale * random.normal();
  return flat;
}

const lossOf = (layout: Layout, flat: Float64Array, rows: TrainingRows): number =>
  weightedLogLoss(perceptronLogits(named(layout, flat), rows.inputs).map(sigmoid), rows.labels, rows.weights);

/** Mean gradient of the weighted log-loss over the batch, into `gradient`. `activations` is scratch. */
function batchGradient(
  layout: Layout,
  flat: Float64Array,
  rows: TrainingRows,
  batch: Int32Array,
  gradient: Float64Array,
  activations: Float64Array,
): void {
  const { width, hidden, hiddenBiasAt, outputWeightsAt, outputBiasAt } = layout;
  const { inputs } = rows;
  gradient.fill(0);
  for (let b = 0; b < batch.length; b += 1) {
    const row = batch[b] as number;
    const at = row * width;
    for (let h = 0; h < hidden; h += 1) activations[h] = flat[hiddenBiasAt + h] as number;
    for (let j = 0; j < width; j += 1) {
      const input = inputs[at + j] as number;
      const from = j * hidden;
      for (let h = 0; h < hidden; h += 1) {
        activations[h] = (activations[h] as number) + input * (flat[from + h] as number);
      }
    }
    let logit = flat[outputBiasAt] as number;
    for (let h = 0; h < hidden; h += 1) {
      activations[h] = Math.max(0, activations[h] as number);
      logit += (activations[h] as number) * (flat[outputWeightsAt + h] as number);
    }
    const weight = rows.weights[row] as number;
    const residual = (weight * (sigmoid(logit) - (rows.labels[row] as number))) / batch.length;
    gradient[outputBiasAt] = (gradient[outputBiasAt] as number) + residual;
    // From here on `activations` holds what flows back into each hidden unit, 0 where the unit was off.
    for (let h = 0; h < hidden; h += 1) {
      const active = activations[h] as number;
      const to = outputWeightsAt + h;
      gradient[to] = (gradient[to] as number) + residual * active;
      const back = active > 0 ? residual * (flat[to] as number) : 0;
      activations[h] = back;
      gradient[hiddenBiasAt + h] = (gradient[hiddenBiasAt + h] as number) + back;
    }
    for (let j = 0; j < width; j += 1) {
      const input = inputs[at + j] as number;
      const from = j * hidden;
      for (let h = 0; h < hidden; h += 1) {
        gradient[from + h] = (gradient[from + h] as number) + input * (activations[h] as number);
      }
    }
  }
}
