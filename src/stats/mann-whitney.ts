/**
 * Two-sided p of the Mann-Whitney U test: how likely two samples of one distribution lie at least this far apart.
 * Exact, also with ties: the rank sum of the first sample is counted over every split of the pooled (mid-)ranks,
 * by dynamic programming. Meant for up to about a hundred values each.
 *
 * Source: Mann & Whitney (1947), Annals of Mathematical Statistics 18(1), 50-60; mid-ranks as in Lehmann,
 * Nonparametrics (1975), §1.4.
 *
 * @throws RangeError on an empty sample or a NaN
 */
export function mannWhitneyP(first: readonly number[], second: readonly number[]): number {
  if (first.length === 0 || second.length === 0) throw new RangeError('a sample is empty');
  const pooled = [...first, ...second];
  if (pooled.some(Number.isNaN)) throw new RangeError('a sample holds NaN');
  const ranks = doubledMidRanks(pooled);
  const counts = splitsByRankSum(ranks, first.length);
  const observed = sum(ranks.slice(0, first.length));
  // The doubled rank sum is symmetric about its mean n·(N + 1), which is an integer.
  const mean = first.length * (pooled.length + 1);
  const distance = Math.abs(observed - mean);
  let extreme = 0;
  let all = 0;
  for (const [rankSum, splits] of counts.entries()) {
    all += splits;
    if (Math.abs(rankSum - mean) >= distance) extreme += splits;
  }
  return extreme / all;
}

/** Twice the mid-ranks of the values, in their order, so that ties keep them whole. */
function doubledMidRanks(values: readonly number[]): readonly number[] {
  const sorted = values.toSorted((a, b) => a - b);
  // Ranks `first`..`last` (from 1) are shared by equal values; their mean, doubled, is first + last.
  return values.map((value) => sorted.indexOf(value) + 1 + sorted.lastIndexOf(value) + 1);
}

/** Entry s: how many ways there are to take `size` of the ranks so that they add up to s. */
function splitsByRankSum(ranks: readonly number[], size: number): Float64Array {
  const sumMax = sum(ranks);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(sumMax + 1));
  (ways[0] as Float64Array)[0] = 1;
  for (const rank of ranks) {
    for (let taken = size; taken >= 1; taken -= 1) {
      const to = ways[taken] as Float64Array;
      const from = ways[taken - 1] as Float64Array;
      for (let rankSum = sumMax; rankSum >= rank; rankSum -= 1) {
        to[rankSum] = (to[rankSum] as number) + (from[rankSum - rank] as number);
      }
    }
  }
  return ways[size] as Float64Array;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
