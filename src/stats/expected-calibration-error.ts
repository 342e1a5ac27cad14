/**
 * Mean distance between what a score says and what happens: over bins of as many rows each as possible, taken
 * in the order of the scores, Σ (rows ÷ all) × |mean score − share of positives| (Naeini et al., 2015, with
 * equal-mass bins as Nguyen and O'Connor, 2015). In [0, 1]; a perfectly calibrated score is not at 0 but at
 * what chance leaves, about √(bins ÷ (2π × rows)). NaN without rows.
 *
 * @param labels 0 or 1, as many as there are scores
 */
export function expectedCalibrationError(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins: number,
): number {
  const order = Array.from({ length: scores.length }, (_, i) => i);
  order.sort((i, j) => (scores[i] as number) - (scores[j] as number) || i - j);
  let error = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const start = Math.floor((bin * order.length) / bins);
    const end = Math.floor(((bin + 1) * order.length) / bins);
    let excess = 0;
    for (const i of order.slice(start, end)) excess += (scores[i] as number) - (labels[i] as number);
    error += Math.abs(excess);
  }
  return error / scores.length;
}
