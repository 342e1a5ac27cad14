/** One symbol's bar on which both arms were asked. */
export interface Span {
  /** When what was decided would have been filled, epoch ms. */
  readonly fromMs: number;
  /** When its horizon ends. */
  readonly untilMs: number;
  /** Whether nothing of it is awaited any more. */
  readonly isSettled: boolean;
}

/**
 * The bars of an experiment that its test may use, oldest first, from units in any order; all symbols of a bar together.
 *
 * 1. Units of one bar share the market's outcome, so they are one observation.
 * 2. Horizons do not overlap: a bar begins at or after the end of the one before, and units between are left out. So
 *    each is known when the next is filled, which makes the products of the test a fair game.
 * 3. They end before the first bar with an outcome that is still awaited. Whoever reports could otherwise bring gains early
 *    and losses late.
 */
export function settledBars<U extends Span>(units: readonly U[]): readonly (readonly U[])[] {
  const ordered = [...units].sort((a, b) => a.fromMs - b.fromMs);
  const bars: U[][] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (let next = 0; next < ordered.length; ) {
    const { fromMs } = ordered[next] as U;
    const bar: U[] = [];
    for (; ordered[next]?.fromMs === fromMs; next += 1) bar.push(ordered[next] as U);
    if (fromMs < endMs) continue;
    if (!bar.every(({ isSettled }) => isSettled)) return bars;
    endMs = Math.max(...bar.map(({ untilMs }) => untilMs));
    bars.push(bar);
  }
  return bars;
}
