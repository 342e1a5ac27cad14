import { log } from '../../core/log.ts';

/** Mean of −ln(probability given to what happened), in nats. Probabilities are held 10⁻¹² away from 0 and 1. */
export function logLoss(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i += 1) {
    const probability = Math.min(Math.max(probabilities[i] as number, 1e-12), 1 - 1e-12);
    sum -= log(labels[i] === 1 ? probability : 1 - probability);
  }
  return sum / labels.length;
}
