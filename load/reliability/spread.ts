import { quantile } from '../../src/stats/quantile.ts';

/** The quantile of unordered values. */
export const quantileOf = (values: readonly number[], probability: number): number =>
  quantile(
    values.toSorted((left, right) => left - right),
    probability,
  );

/** `median (least – most)`, in whole units. */
export const spreadOf = (values: readonly number[]): string =>
  [0.5, 0, 1]
    .map((probability) => quantileOf(values, probability).toFixed(0))
    .join(' ')
    .replace(/ (\S+) (\S+)/, ' ($1 – $2)');
