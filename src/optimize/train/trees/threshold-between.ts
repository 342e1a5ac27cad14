/**
 * The f32 that decides between two neighbouring values: `low ≤ t < high`, and `low < t` where an f32 lies
 * between them, so that `x ≤ t` in f32 tells them apart with certainty.
 *
 * Of the candidates in the middle half of the gap it is the one with the most trailing zero bits (0 is all
 * zeros), since thresholds with few significant bits compress well; the middle half keeps it away from both
 * values. Where the middle half holds no f32, or a value is infinite, the whole gap is looked at.
 *
 * @param low, high f32 values, low < high
 */
export function thresholdBetween(low: number, high: number): number {
  const quarter = (high - low) / 4;
  const inner = Number.isFinite(quarter)
    ? shortestWithin(low + quarter, high - quarter, low, high)
    : undefined;
  // + 0 makes 0 of −0, which compares alike.
  return inner ?? shortestWithin(low, high, low, high) ?? low + 0;
}

/** The f32 with the shortest pattern in [from, to] and strictly between low and high, if there is one. */
function shortestWithin(from: number, to: number, low: number, high: number): number | undefined {
  const first = Math.max(orderOf(from) + (fromOrder(orderOf(from)) < from ? 1 : 0), orderOf(low) + 1);
  const last = Math.min(orderOf(to) - (fromOrder(orderOf(to)) > to ? 1 : 0), orderOf(high) - 1);
  if (first > last) return undefined;
  if (first <= 0 && last >= 0) return 0;
  return first > 0 ? fromOrder(shortestInteger(first, last)) : fromOrder(-shortestInteger(-last, -first));
}

/** The integer with the most trailing zero bits in [first, last], 0 < first ≤ last < 2³¹. */
function shortestInteger(first: number, last: number): number {
  const below = first - 1;
  const highestDifferingBit = 31 - Math.clz32(below ^ last);
  return (last >> highestDifferingBit) << highestDifferingBit;
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** Position of the f32 nearest to x among all f32 numbers in ascending order; both zeros are at 0. */
function orderOf(x: number): number {
  float[0] = x;
  const pattern = bits[0] as number;
  return pattern >= 0 ? pattern : -(pattern & 0x7fffffff);
}

function fromOrder(order: number): number {
  bits[0] = order >= 0 ? order : -order | 0x80000000;
  return float[0] as number;
}
