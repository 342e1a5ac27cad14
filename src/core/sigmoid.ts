import { exp } from './exp.ts';

/** 1 ÷ (1 + e⁻ˣ), without overflow for any x. Range [0, 1]; NaN for NaN. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}
