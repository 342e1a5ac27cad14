import type { LabelSpans } from './label-spans.ts';

/**
 * Weights of the examples `indices`, in their order, mean 1: the average uniqueness of a label, that is the mean
 * over the bars of its span of 1 ÷ the number of labels that look at the bar. Five labels on the same five bars
 * then count as one. Only the spans of `indices` are counted, so the weights of a training part know nothing of a
 * test part. Source: M. López de Prado, Advances in Financial Machine Learning (2018), §4.4.
 */
export function uniquenessWeights({ start, end }: LabelSpans, indices: Int32Array): Float64Array {
  const lastBar = indices.reduce((last, i) => Math.max(last, end[i] as number), -1);
  const concurrency = new Int32Array(lastBar + 1);
  for (const i of indices) {
    for (let bar = start[i] as number; bar <= (end[i] as number); bar += 1) {
      concurrency[bar] = (concurrency[bar] as number) + 1;
    }
  }
  let total = 0;
  const uniqueness = Float64Array.from(indices, (i) => {
    let sum = 0;
    for (let bar = start[i] as number; bar <= (end[i] as number); bar += 1) {
      sum += 1 / (concurrency[bar] as number);
    }
    const mean = sum / ((end[i] as number) - (start[i] as number) + 1);
    total += mean;
    return mean;
  });
  return uniqueness.map((value) => (value * indices.length) / total);
}
