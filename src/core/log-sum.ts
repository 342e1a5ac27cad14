import { highWordOf, withHighWord } from './float-bits.ts';
import { logTable } from './log-table.ts';

/**
 * Natural logarithms as a sum of two f64s, about 67 bits in all: what log, log1p and pow are made of.
 * x = 2^k · z, z in [0.706, 1.411); log x = k · ln 2 + log c + log(1 + r) with r = z/c − 1 exact and below 2⁻⁷.
 * After Arm's optimized-routines (S. Nagy), with the Taylor polynomial of log(1 + r) to r⁹.
 */

/** The low part belonging to the high part last returned here; a pair returned by value would be allocated. */
export const lowPart = new Float64Array(1);

/** ln 2 as a sum; the first is a multiple of 2⁻⁴², so k times it plus log c is exact. */
const LN2_HIGH = 0.6931471805598903;
const LN2_LOW = 5.497923018708371e-14;
/** High word of the table's first z. */
const TABLE_START = 0x3fe69555;

/** High part of log x for a finite x > 0, the low part in {@link lowPart}. Relative error of the sum: 2⁻⁶⁷. */
export function logHigh(x: number): number {
  const isSubnormal = x < 2.2250738585072014e-308;
  const normal = isSubnormal ? x * 18014398509481984 : x;
  const highWord = highWordOf(normal);
  const offset = highWord - TABLE_START;
  const exponent = offset >> 20;
  const z = withHighWord(normal, highWord - (exponent << 20));
  const entry = 3 * ((offset >> 13) & 127);
  const inverse = logTable[entry] as number;
  const zHigh = Math.fround(z);
  const r = zHigh * inverse - 1 + (z - zHigh) * inverse;
  const k = isSubnormal ? exponent - 54 : exponent;
  const high = k * LN2_HIGH + (logTable[entry + 1] as number);
  return log1pHigh(r, high, k * LN2_LOW + (logTable[entry + 2] as number));
}

/**
 * High part of base + baseLow + log(1 + r), the low part in {@link lowPart}, for 2⁻⁵⁴ < |r| < 2⁻⁷ or r = 0; `base` is
 * zero or a multiple of 2⁻⁴³.
 */
export function log1pHigh(r: number, base: number, baseLow: number): number {
  const rHigh = Math.fround(r);
  const rLow = r - rHigh;
  const halfSquare = -0.5 * rHigh * rHigh;
  const first = base + r;
  const high = first + halfSquare;
  const square = r * r;
  const cubic =
    r *
    square *
    (1 / 3 -
      r * (1 / 4) +
      square * (1 / 5 - r * (1 / 6) + square * (1 / 7 - r * (1 / 8) + square * (1 / 9))));
  const errors = base - first + r + (first - high + halfSquare);
  const low = baseLow + errors - 0.5 * rLow * (r + rHigh) + cubic;
  const sum = high + low;
  lowPart[0] = high - sum + low;
  return sum;
}
