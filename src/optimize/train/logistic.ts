import { sigmoid } from '../../core/sigmoid.ts';
import { cholesky, solveLower, solveUpper } from '../../stats/cholesky.ts';
import type { TrainingRows } from './training-rows.ts';

export interface LogisticParameters {
  readonly weights: Float64Array;
  readonly bias: number;
}

/**
 * Ridge-penalised weighted logistic regression by Newton's method (IRLS). The penalty is ½ · ridge · |weights|²; the
 * bias is free. The problem is strictly convex, so there is one answer and no seed.
 */
export function trainLogistic(rows: TrainingRows, ridge: number): LogisticParameters {
  const size = rows.width + 1;
  const beta = new Float64Array(size);
  for (let iteration = 0; iteration < NEWTON_STEPS_MAX; iteration += 1) {
    const { gradient, hessian } = derivatives(rows, beta, ridge);
    const factor = cholesky(hessian, size);
    const step = solveUpper(factor, size, solveLower(factor, size, gradient));
    let largest = 0;
    for (let j = 0; j < size; j += 1) {
      beta[j] = (beta[j] as number) - (step[j] as number);
      largest = Math.max(largest, Math.abs(step[j] as number));
    }
    if (largest < 1e-10) break;
  }
  return { weights: beta.slice(0, rows.width), bias: beta[rows.width] as number };
}

/** Log-odds of each row. */
export function logisticLogits(parameters: LogisticParameters, inputs: Float64Array): Float64Array {
  const width = parameters.weights.length;
  const logits = new Float64Array(inputs.length / width);
  for (let i = 0; i < logits.length; i += 1) {
    let sum = 0;
    for (let j = 0; j < width; j += 1)
      sum += (inputs[i * width + j] as number) * (parameters.weights[j] as number);
    logits[i] = sum + parameters.bias;
  }
  return logits;
}

const NEWTON_STEPS_MAX = 50;

interface Derivatives {
  readonly gradient: Float64Array;
  /** [size × size], row-major; the lower triangle is filled. */
  readonly hessian: Float64Array;
}

function derivatives(rows: TrainingRows, beta: Float64Array, ridge: number): Derivatives {
  const { width, inputs, labels, weights, count } = rows;
  const size = width + 1;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const row = new Float64Array(size);
  row[width] = 1;
  for (let i = 0; i < count; i += 1) {
    row.set(inputs.subarray(i * width, (i + 1) * width));
    let logit = 0;
    for (let j = 0; j < size; j += 1) logit += (row[j] as number) * (beta[j] as number);
    const probability = sigmoid(logit);
    const weight = weights[i] as number;
    const residual = weight * (probability - (labels[i] as number));
    const curvature = weight * probability * (1 - probability);
    for (let j = 0; j < size; j += 1) {
      gradient[j] = (gradient[j] as number) + residual * (row[j] as number);
      const scaled = curvature * (row[j] as number);
      for (let k = 0; k <= j; k += 1) {
        hessian[j * size + k] = (hessian[j * size + k] as number) + scaled * (row[k] as number);
      }
    }
  }
  for (let j = 0; j < width; j += 1) {
    gradient[j] = (gradient[j] as number) + ridge * (beta[j] as number);
    hessian[j * size + j] = (hessian[j * size + j] as number) + ridge;
  }
  return { gradient, hessian };
}
