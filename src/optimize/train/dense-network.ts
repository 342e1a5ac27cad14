import { SeededRandom } from '../../core/seeded-random.ts';
import { sigmoid } from '../../core/sigmoid.ts';
import { Adam } from './adam.ts';
import { shuffle } from './shuffle.ts';
import type { TrainingRows } from './training-rows.ts';

/** inputs → layers with ReLU between → one log-odds. */
export interface DenseNetwork {
  readonly layers: readonly DenseLayer[];
}

interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs × outputs], row-major. */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

interface DenseNetworkOptions {
  /** Width of each hidden layer. */
  readonly hidden: readonly number[];
  readonly learningRate: number;
  /** See `adam.ts`. */
  readonly weightDecay: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly seed: number;
}

/** A network of any depth, by AdamW on shuffled batches for a fixed number of epochs, in f64. */
export function trainDenseNetwork(rows: TrainingRows, options: DenseNetworkOptions): DenseNetwork {
  const random = new SeededRandom(options.seed);
  const widths = [rows.width, ...options.hidden, 1];
  const sizes = widths.slice(1).map((outputs, i) => ((widths[i] as number) + 1) * outputs);
  const flat = new Float64Array(sizes.reduce((sum, size) => sum + size, 0));
  const gradient = new Float64Array(flat.length);
  const layers = layersOver(flat, widths);
  for (const { inputs, weights } of layers) {
    // He et al. (2015).
    const scale = Math.sqrt(2 / inputs);
    for (let i = 0; i < weights.length; i += 1) weights[i] = scale * random.normal();
  }
  const pass = new Pass(layers, layersOver(gradient, widths));
  const optimiser = new Adam(flat.length, options);
  const order = Int32Array.from({ length: rows.count }, (_, i) => i);
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    shuffle(order, random);
    for (let start = 0; start < rows.count; start += options.batchSize) {
      const batch = order.subarray(start, start + options.batchSize);
      gradient.fill(0);
      for (const row of batch) {
        const input = rows.inputs.subarray(row * rows.width, (row + 1) * rows.width);
        const residual = sigmoid(pass.forward(input)) - (rows.labels[row] as number);
        pass.backward(residual / batch.length);
      }
      optimiser.step(flat, gradient);
    }
  }
  return { layers };
}

/** Views of one array, which the optimiser moves as a whole. */
function layersOver(flat: Float64Array, widths: readonly number[]): DenseLayer[] {
  let at = 0;
  const take = (size: number): Float64Array => {
    at += size;
    return flat.subarray(at - size, at);
  };
  return widths.slice(1).map((outputs, i) => {
    const inputs = widths[i] as number;
    return { inputs, outputs, weights: take(inputs * outputs), bias: take(outputs) };
  });
}

/** One row forward and back, with the buffers that both need. */
class Pass {
  readonly #layers: readonly DenseLayer[];
  readonly #gradients: readonly DenseLayer[];
  /** What went into each layer, and what came out of the last. */
  readonly #values: Float64Array[];

  constructor(layers: readonly DenseLayer[], gradients: readonly DenseLayer[]) {
    this.#layers = layers;
    this.#gradients = gradients;
    this.#values = [
      new Float64Array(layers[0]?.inputs ?? 0),
      ...layers.map(({ outputs }) => new Float64Array(outputs)),
    ];
  }

  /** Log-odds of the row. */
  forward(input: Float64Array): number {
    this.#values[0]?.set(input);
    this.#layers.forEach(({ inputs, outputs, weights, bias }, index) => {
      const from = this.#values[index] as Float64Array;
      const to = this.#values[index + 1] as Float64Array;
      to.set(bias);
      for (let i = 0; i < inputs; i += 1) {
        const value = from[i] as number;
        if (value === 0) continue;
        for (let o = 0; o < outputs; o += 1)
          to[o] = (to[o] as number) + value * (weights[i * outputs + o] as number);
      }
      if (index === this.#layers.length - 1) return;
      for (let o = 0; o < outputs; o += 1) to[o] = Math.max(0, to[o] as number);
    });
    return this.#values.at(-1)?.[0] as number;
  }

  /** Adds the gradient of the row that went forward last to the gradients. */
  backward(residual: number): void {
    let slopes = Float64Array.of(residual);
    for (let index = this.#layers.length - 1; index >= 0; index -= 1) {
      const { inputs, outputs, weights } = this.#layers[index] as DenseLayer;
      const gradient = this.#gradients[index] as DenseLayer;
      const from = this.#values[index] as Float64Array;
      const below = new Float64Array(inputs);
      for (let o = 0; o < outputs; o += 1)
        gradient.bias[o] = (gradient.bias[o] as number) + (slopes[o] as number);
      for (let i = 0; i < inputs; i += 1) {
        const value = from[i] as number;
        // Where ReLU cut, nothing flows back; into the inputs nothing needs to.
        if (value === 0) continue;
        let slope = 0;
        for (let o = 0; o < outputs; o += 1) {
          const at = i * outputs + o;
          gradient.weights[at] = (gradient.weights[at] as number) + value * (slopes[o] as number);
          slope += (weights[at] as number) * (slopes[o] as number);
        }
        below[i] = slope;
      }
      slopes = below;
    }
  }
}
