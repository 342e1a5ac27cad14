import { SeededRandom } from '../../core/seeded-random.ts';
import { sigmoid } from '../../core/sigmoid.ts';
import { Adam } from './adam.ts';
import { logLoss } from './log-loss.ts';
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
  readonly epochsMax: number;
  /** Epochs without a better validation loss after which training stops. */
  readonly patience: number;
  readonly seed: number;
}

/** Trains by AdamW on shuffled batches and gives the parameters of the epoch with the best validation loss. */
export function trainPerceptron(
  train: TrainingRows,
  validation: TrainingRows,
  options: PerceptronOptions,
): PerceptronParameters {
  const random = new SeededRandom(options.seed);
  const layout = layoutOf(train.width, options.hidden);
  const flat = initialParameters(layout, random);
  const optimiser = new Adam(flat.length, options);
  const gradient = new Float64Array(flat.length);
  const order = Int32Array.from({ length: train.count }, (_, i) => i);
  let best = flat.slice();
  let bestLoss = lossOf(layout, best, validation);
  for (let epoch = 0, bestEpoch = 0; epoch < options.epochsMax; epoch += 1) {
    shuffle(order, random);
    for (let start = 0; start < train.count; start += options.batchSize) {
      const batch = order.subarray(start, start + options.batchSize);
      batchGradient(layout, flat, train, batch, gradient);
      optimiser.step(flat, gradient);
    }
    const loss = lossOf(layout, flat, validation);
    if (loss < bestLoss) {
      bestLoss = loss;
      best = flat.slice();
      bestEpoch = epoch;
    } else if (epoch - bestEpoch >= options.patience) {
      break;
    }
  }
  return named(layout, best);
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

function lossOf(layout: Layout, flat: Float64Array, rows: TrainingRows): number {
  return logLoss(perceptronLogits(named(layout, flat), rows.inputs).map(sigmoid), rows.labels);
}

/** Mean gradient of the log-loss over the batch, into `gradient`. */
function batchGradient(
  layout: Layout,
  flat: Float64Array,
  rows: TrainingRows,
  batch: Int32Array,
  gradient: Float64Array,
): void {
  const { width, hidden, hiddenBiasAt, outputWeightsAt, outputBiasAt } = layout;
  gradient.fill(0);
  const activations = new Float64Array(hidden);
  const add = (index: number, amount: number): void => {
    gradient[index] = (gradient[index] as number) + amount;
  };
  for (const i of batch) {
    const input = rows.inputs.subarray(i * width, (i + 1) * width);
    let logit = flat[outputBiasAt] as number;
    for (let h = 0; h < hidden; h += 1) {
      let sum = flat[hiddenBiasAt + h] as number;
      for (let j = 0; j < width; j += 1) sum += (input[j] as number) * (flat[j * hidden + h] as number);
      activations[h] = Math.max(0, sum);
      logit += (activations[h] as number) * (flat[outputWeightsAt + h] as number);
    }
    const residual = (sigmoid(logit) - (rows.labels[i] as number)) / batch.length;
    add(outputBiasAt, residual);
    for (let h = 0; h < hidden; h += 1) {
      add(outputWeightsAt + h, residual * (activations[h] as number));
      if (activations[h] === 0) continue;
      const back = residual * (flat[outputWeightsAt + h] as number);
      add(hiddenBiasAt + h, back);
      for (let j = 0; j < width; j += 1) add(j * hidden + h, back * (input[j] as number));
    }
  }
}
