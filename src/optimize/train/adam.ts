interface AdamOptions {
  readonly learningRate: number;
  /** Decoupled weight decay per step, as a share of the learning rate (AdamW; Loshchilov and Hutter, 2019). */
  readonly weightDecay: number;
}

/** Kingma and Ba (2015), with decoupled weight decay; β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
export class Adam {
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #learningRate: number;
  readonly #decay: number;
  #firstPower = 1;
  #secondPower = 1;

  constructor(size: number, options: AdamOptions) {
    this.#first = new Float64Array(size);
    this.#second = new Float64Array(size);
    this.#learningRate = options.learningRate;
    this.#decay = options.learningRate * options.weightDecay;
  }

  step(parameters: Float64Array, gradient: Float64Array): void {
    this.#firstPower *= 0.9;
    this.#secondPower *= 0.999;
    for (let i = 0; i < parameters.length; i += 1) {
      const slope = gradient[i] as number;
      const first = 0.9 * (this.#first[i] as number) + 0.1 * slope;
      const second = 0.999 * (this.#second[i] as number) + 0.001 * slope * slope;
      this.#first[i] = first;
      this.#second[i] = second;
      const step = first / (1 - this.#firstPower) / (Math.sqrt(second / (1 - this.#secondPower)) + 1e-8);
      const value = parameters[i] as number;
      parameters[i] = value - this.#learningRate * step - this.#decay * value;
    }
  }
}
