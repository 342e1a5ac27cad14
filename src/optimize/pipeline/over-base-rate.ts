import { centredProducts } from '../../stats/centred-products.ts';
import { groupsOfSpan } from '../../stats/paired-gain.ts';

/**
 * What is tested of scores that have only their base rate to beat, row by row, and in how many groups.
 *
 * @param labels 0 or 1, as many as scores
 * @param horizonBars of the labels: a label looks at the fill too
 */
export const overBaseRate = (scores: Float64Array, labels: Uint8Array, horizonBars: number) => ({
  tested: centredProducts(scores, labels),
  groups: groupsOfSpan(labels.length, horizonBars + 1),
});
