/**
 * Indices to draw: of each pixel column the first, lowest, highest and last value, so that no extreme is lost
 * (Jugel et al., 2014, "M4").
 */
export function thinned(values: readonly number[], columns: number): readonly number[] {
  if (values.length <= columns * 2) return values.map((_, i) => i);
  const kept = new Set<number>();
  for (let column = 0; column < columns; column += 1) {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns) - 1;
    let [low, high] = [from, from];
    for (let i = from; i <= to; i += 1) {
      if ((values[i] as number) < (values[low] as number)) low = i;
      if ((values[i] as number) > (values[high] as number)) high = i;
    }
    for (const i of [from, low, high, to]) kept.add(i);
  }
  return [...kept].sort((a, b) => a - b);
}
