/**
 * P(X ≥ hits) for X the heads in `tosses` tosses of a fair coin: Σ C(tosses, k) ÷ 2^tosses over k ≥ hits. Exact for
 * up to 50 tosses, since the coefficients are whole numbers below 2⁵³; a relative error below 10⁻¹² for up to 1,000.
 *
 * @param hits a whole number; at most 0 gives 1, more than `tosses` gives 0
 * @param tosses a whole number in 1 … 1,000
 */
export function binomialTail(hits: number, tosses: number): number {
  if (!(Number.isInteger(tosses) && tosses >= 1 && tosses <= 1_000)) {
    throw new RangeError(`tosses must be a whole number in 1 … 1000, not ${tosses}`);
  }
  let coefficient = 1;
  let below = 0;
  let above = 0;
  for (let k = 0; k <= tosses; k += 1) {
    if (k < hits) below += coefficient;
    else above += coefficient;
    coefficient = (coefficient * (tosses - k)) / (k + 1);
  }
  return above / (below + above);
}
