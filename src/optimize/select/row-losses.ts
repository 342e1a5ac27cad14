import { log } from '../../core/log.ts';

/** Of each row −ln(probability given to what happened), in nats, held 10⁻¹² away from 0 and 1 as in `logLoss`. */
export function rowLosses(probabilities: ArrayLike<number>, labels: Uint8Array): Float64Array {
  return Float64Array.from(labels, (label, i) => {
    const probability = Math.min(Math.max(probabilities[i] as number, 1e-12), 1 - 1e-12);
    return -log(label === 1 ? probability : 1 - probability);
  });
}
