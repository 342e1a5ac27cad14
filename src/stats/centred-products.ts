import { meanOf } from './mean-of.ts';

/**
 * (score − mean score) · (label − mean label), row by row: their mean is the covariance of what was said and what came.
 *
 * Its test is the one for a model that contains the one it is compared with. The log-loss (or squared error) that a
 * model gains over a constant rate is a biased witness of that: where it knows nothing, the noise of its parameters
 * makes its mean negative, and where it knows something, that noise must first be earned back. Adjusting for it leaves
 * (score − rate) · (label − rate), whose mean is 0 for a score without knowledge (Clark and West, Approximately normal
 * tests for equal predictive accuracy in nested models, J. of Econometrics 138, 2007; as a test of encompassing, Harvey,
 * Leybourne and Newbold, J. of Business & Economic Statistics 16, 1998). Taken from the rows' own means and not from
 * the rate of training, so that a drift of the rate alone, which any constant could follow, counts for nothing.
 *
 * Where the score knows nothing of labels that are independent beyond their span, so are the products.
 *
 * @param labels 0 or 1, as many as scores
 */
export function centredProducts(scores: Float64Array, labels: Uint8Array): Float64Array {
  const meanScore = meanOf(scores);
  const meanLabel = meanOf(labels);
  return scores.map((score, row) => (score - meanScore) * ((labels[row] as number) - meanLabel));
}
