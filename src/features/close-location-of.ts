import type { Bar } from './bar.ts';

/** ((c − l) − (h − c)) ÷ (h − l), in [−1, 1]; 0 for a bar without range, as M. Chaikin has it. */
export function closeLocationOf({ high, low, close }: Bar): number {
  return high > low ? (close - low - (high - close)) / (high - low) : 0;
}
