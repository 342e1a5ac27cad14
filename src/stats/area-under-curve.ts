/**
 * Area under the ROC curve: the chance that a random positive scores above a random negative, ties counted
 * half (Mann-Whitney U ÷ (positives × negatives)). NaN where one of the classes is empty.
 *
 * @param labels 0 or 1, as many as there are scores
 */
export function areaUnderCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i);
  order.sort((i, j) => (scores[i] as number) - (scores[j] as number));
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && scores[order[end] as number] === scores[order[start] as number]) end += 1;
    const meanRank = (start + 1 + end) / 2;
    for (let i = start; i < end; i += 1) {
      if (labels[order[i] as number] !== 1) continue;
      positives += 1;
      rankSum += meanRank;
    }
    start = end;
  }
  const negatives = scores.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
