/**
 * How far scores lie from being probabilities, in standard deviations of what chance leaves: Spiegelhalter's z (1986),
 * Σ (y − p)(1 − 2p) ÷ √Σ (1 − 2p)² p (1 − p). About standard normal where each label is 1 with its score's
 * probability. NaN where every score is 0, ½ or 1, of which nothing can be told.
 *
 * @param labels 0 or 1, as many as there are scores
 */
export function calibrationZ(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let excess = 0;
  let variance = 0;
  for (let i = 0; i < scores.length; i += 1) {
    const score = scores[i] as number;
    const slope = 1 - 2 * score;
    excess += ((labels[i] as number) - score) * slope;
    variance += slope * slope * score * (1 - score);
  }
  return excess / Math.sqrt(variance);
}
