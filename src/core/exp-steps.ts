import { expTable } from './exp-table.ts';

/**
 * The reduction that exp, pow and tanh share: e^x = 2^(n/128) · e^r with n the integer nearest 128·x/ln 2, so
 * that |r| ≤ ln 2/256, and 2^(n/128) out of a table. After P. T. P. Tang, "Table-driven implementation of the
 * exponential function in IEEE floating-point arithmetic" (1989), in the form of Arm's optimized-routines.
 */
const STEPS_PER_UNIT = 184.6649652337873;
/** ln 2/128 as a sum; the first has 35 significant bits, so n times it is exact. */
const STEP_HIGH = 0.0054152123482253955;
const STEP_LOW = -1.0082281460997769e-13;

/** n of the reduction, for |x| ≤ 746. */
export const stepsOf = (x: number): number => Math.floor(x * STEPS_PER_UNIT + 0.5);

/** The table's 2^(n/128) without its whole power of two, in [1, 2). */
export const stepScale = (steps: number): number => expTable[2 * (steps & 127)] as number;

/**
 * e^(high + low) ÷ (2^⌊n/128⌋ · stepScale(n)) − 1, below 0.0028, with an absolute error of 2⁻⁶¹; |low| may be up
 * to 2⁻¹².
 */
export function stepGrowth(high: number, low: number, steps: number): number {
  const r = high - steps * STEP_HIGH - steps * STEP_LOW + low;
  const tail = expTable[2 * (steps & 127) + 1] as number;
  const square = r * r;
  return tail + r + square * (1 / 2 + r * (1 / 6)) + square * square * (1 / 24 + r * (1 / 120));
}
