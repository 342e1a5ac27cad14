import { describe, expect, it } from 'vitest';
import type { Bar } from '../../../src/features/bar.ts';
import { dailyV1 } from '../../../src/features/daily-v1.ts';
import { featureTable } from '../../../src/optimize/data/feature-table.ts';
import { findLookAhead } from '../../../src/optimize/validation/find-look-ahead.ts';
import { sp500Bars } from '../../sp500.ts';

const bars = sp500Bars.slice(0, 1_000);

/** A table of one function for each column. */
const tableOf =
  (columns: readonly ((bars: readonly Bar[], i: number) => number)[]) =>
  (given: readonly Bar[]): Float64Array =>
    Float64Array.from({ length: given.length * columns.length }, (_, at) => {
      const column = columns[at % columns.length] as (typeof columns)[number];
      return column(given, Math.floor(at / columns.length));
    });

const closeAt = (given: readonly Bar[], i: number): number => given[i]?.close ?? NaN;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('findLookAhead', () => {
  it('finds none in the 32 features that are served', () => {
    const names = dailyV1.indicators.map(({ name }) => name);
    const compute = (given: readonly Bar[]): Float64Array => featureTable(given, dailyV1);
    expect(findLookAhead({ bars, names, compute, cutCount: 5, seed: 3 })).toEqual([]);
  });

  it('names what sees tomorrow, a centred average and a scale taken from the whole series, each from its first row', () => {
    const names = ['honest', 'tomorrow', 'centred', 'scaled', 'undefined'];
    const compute = tableOf([
      (given, i) => closeAt(given, i) / closeAt(given, i - 1) - 1,
      (given, i) => closeAt(given, i + 1) / closeAt(given, i) - 1,
      (given, i) => mean(given.slice(Math.max(0, i - 2), i + 3).map(({ close }) => close)),
      (given, i) => closeAt(given, i) / mean(given.map(({ close }) => close)),
      () => NaN,
    ]);
    const found = findLookAhead({ bars, names, compute, cutCount: 3, seed: 3 });
    const known = 249;
    expect(found).toEqual([
      { name: 'tomorrow', row: known, known, by: 'cut' },
      { name: 'centred', row: known - 1, known, by: 'cut' },
      { name: 'scaled', row: 0, known, by: 'cut' },
    ]);
  });

  it('throws where there is too little to cut', () => {
    const compute = tableOf([closeAt]);
    expect(() =>
      findLookAhead({ bars: bars.slice(0, 7), names: ['close'], compute, cutCount: 3, seed: 3 }),
    ).toThrow(RangeError);
  });

  it('finds by other prices what hides where the future is missing', () => {
    const sly = tableOf([
      (given, i) => {
        const ahead = closeAt(given, i + 1);
        return ahead > 0 && given.length === bars.length && ahead !== bars[i + 1]?.close ? 1 : 0;
      },
    ]);
    const [found] = findLookAhead({ bars, names: ['sly'], compute: sly, cutCount: 1, seed: 3 });
    expect(found).toEqual({ name: 'sly', row: 499, known: 499, by: 'changed' });
  });
});
