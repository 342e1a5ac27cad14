import { log } from '../../core/log.ts';

/** Mean of −ln(probability given to what happened), in nats. */
export function logLoss(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i += 1) sum += rowLoss(probabilities[i] as number, labels[i] as number);
  return sum / labels.length;
}

/** The same mean under weights, which need not sum to anything in particular. */
export function weightedLogLoss(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i += 1) {
    const weight = weights[i] as number;
    sum += weight * rowLoss(probabilities[i] as number, labels[i] as number);
    total += weight;
  }
  return sum / total;
}

/** −ln(probability given to the label), in nats. The probability is held 10⁻¹² away from 0 and 1. */
export function rowLoss(probability: number, label: number): number {
  const held = Math.min(Math.max(probability, 1e-12), 1 - 1e-12);
  return -log(label === 1 ? held : 1 - held);
}

/** {@link rowLoss} of each row. */
export const rowLosses = (probabilities: ArrayLike<number>, labels: ArrayLike<number>): Float64Array =>
  Float64Array.from(labels, (label, i) => rowLoss(probabilities[i] as number, label));
