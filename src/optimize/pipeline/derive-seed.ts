import { sha256Hex } from '../../core/digest.ts';

/**
 * A seed for one purpose among many: the first 32 bits of SHA-256 over the run's seed and the purpose. What one part
 * of a run draws then does not depend on how much another has drawn before it.
 */
export const deriveSeed = (seed: number, ...purpose: readonly (string | number)[]): number =>
  Number.parseInt(sha256Hex([seed, ...purpose].join('/')).slice(0, 8), 16);
