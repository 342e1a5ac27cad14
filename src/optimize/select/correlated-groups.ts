import type { LabelledRows } from '../train/labelled-rows.ts';

/**
 * Parts the features into groups whose members all correlate with the group's first, its leader: Spearman's ρ² ≥
 * `r2Min`. The feature with the most such neighbours leads the first group, and so on among the rest; of equals the
 * lower index. A missing value has the mean rank.
 */
export function correlatedGroups(rows: LabelledRows, r2Min: number): readonly (readonly number[])[] {
  const ranks = Array.from({ length: rows.width }, (_, feature) => standardRanks(rows, feature));
  let rest = ranks.map((_, feature) => feature);
  const neighbours = rest.map((a) => new Set(rest.filter((b) => areClose(ranks, a, b, r2Min))));
  const groups: number[][] = [];
  while (rest.length > 0) {
    const closeTo = (leader: number): number[] =>
      rest.filter((other) => other !== leader && neighbours[leader]?.has(other));
    const leader = rest.reduce((best, feature) =>
      closeTo(feature).length > closeTo(best).length ? feature : best,
    );
    const group = [leader, ...closeTo(leader)];
    groups.push(group);
    rest = rest.filter((feature) => !group.includes(feature));
  }
  return groups;
}

function areClose(ranks: readonly Float64Array[], a: number, b: number, r2Min: number): boolean {
  const left = ranks[a] as Float64Array;
  const right = ranks[b] as Float64Array;
  let rho = 0;
  for (let i = 0; i < left.length; i += 1) rho += (left[i] as number) * (right[i] as number);
  return rho * rho >= r2Min;
}

/** Ranks with ties at their mean, centred, sum of squares 1; all 0 for a constant. */
function standardRanks({ count, width, features }: LabelledRows, feature: number): Float64Array {
  const valueAt = (row: number): number => features[row * width + feature] as number;
  const present = Array.from({ length: count }, (_, row) => row).filter((row) => !Number.isNaN(valueAt(row)));
  present.sort((a, b) => valueAt(a) - valueAt(b));
  const ranks = new Float64Array(count);
  let squares = 0;
  for (let start = 0; start < present.length; ) {
    let end = start + 1;
    while (end < present.length && valueAt(present[end] as number) === valueAt(present[start] as number))
      end += 1;
    const rank = (start + end - present.length) / 2;
    for (let i = start; i < end; i += 1) ranks[present[i] as number] = rank;
    squares += (end - start) * rank * rank;
    start = end;
  }
  return squares === 0 ? ranks : ranks.map((rank) => rank / Math.sqrt(squares));
}
