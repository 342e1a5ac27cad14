/** One symbol's bar on which both arms were asked. */
export interface Unit {
  /** When what it decided would have been filled, epoch ms. */
  readonly fromMs: number;
  /** When its horizon ends. */
  readonly untilMs: number;
  /** In [−1, 1], see paired-difference.ts; null while no outcome is known. */
  readonly difference: number | null;
}

/**
 * The observations of an experiment's test, oldest first: one a bar, from units in any order.
 *
 * 1. Units of one bar share the market's outcome, so their mean is one observation.
 * 2. Horizons do not overlap: an observation begins at or after the end of the one before, and units between are left
 *    out. So each is known when the next is filled, which makes the products of the test a fair game.
 * 3. They end before the first bar with an outcome that is still awaited. Whoever reports could otherwise bring gains early
 *    and losses late. Where both arms did the same none is needed: the difference is 0 whatever comes.
 */
export function settledDifferences(units: readonly Unit[]): readonly number[] {
  const ordered = [...units].sort((a, b) => a.fromMs - b.fromMs);
  const differences: number[] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (let next = 0; next < ordered.length; ) {
    const { fromMs } = ordered[next] as Unit;
    const bar: Unit[] = [];
    for (; ordered[next]?.fromMs === fromMs; next += 1) bar.push(ordered[next] as Unit);
    if (fromMs < endMs) continue;
    endMs = Math.max(...bar.map(({ untilMs }) => untilMs));
    const known = bar.flatMap(({ difference }) => (difference === null ? [] : [difference]));
    if (known.length < bar.length) return differences;
    differences.push(known.reduce((sum, difference) => sum + difference, 0) / known.length);
  }
  return differences;
}
