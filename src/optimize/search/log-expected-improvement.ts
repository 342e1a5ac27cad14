import { exp } from '../../core/exp.ts';
import { log } from '../../core/log.ts';
import { log1p } from '../../core/log1p.ts';
import { HALF_LOG_TWO_PI, normalCdf } from '../../stats/normal-distribution.ts';
import { scaledErfc } from '../../stats/scaled-erfc.ts';
import type { Prediction } from './gaussian-process.ts';

/**
 * log E[max(best − f, 0)] for a normal f: by how much a value below `best` is expected, also where that underflows and
 * only its logarithm still tells a hopeless place from a worse one.
 *
 * Source: Ament, Daulton, Eriksson, Balandat and Bakshy, "Unexpected improvements to expected improvement for Bayesian
 * optimization", NeurIPS 2023, equation 9.
 */
export function logExpectedImprovement({ mean, deviation }: Prediction, best: number): number {
  return log(deviation) + logImprovement((best - mean) / deviation);
}

/** log(φ(z) + z · Φ(z)). */
function logImprovement(z: number): number {
  const logDensity = -0.5 * z * z - HALF_LOG_TWO_PI;
  if (z > -1) return log(exp(logDensity) + z * normalCdf(z));
  // Beyond, what is left of 1 by the subtraction is about 1/z², and less than its rounding error matters.
  if (z < -1e5) return logDensity - 2 * log(-z);
  return logDensity + log1p(z * ROOT_HALF_PI * scaledErfc(-z * ROOT_HALF));
}

const ROOT_HALF = Math.SQRT2 / 2;
const ROOT_HALF_PI = 1.2533141373155003;
