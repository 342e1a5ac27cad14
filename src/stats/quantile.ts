/**
 * Linear interpolation between order statistics (Hyndman and Fan's type 7); the median at ½. NaN of an empty list.
 *
 * @param sorted ascending
 * @param probability in [0, 1]
 */
export function quantile(sorted: ArrayLike<number>, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}
