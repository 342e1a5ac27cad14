import { describe, expect, it } from 'vitest';
import { settledBars } from '../../src/experiments/settled-bars.ts';

const unit = (fromMs: number, value: number | null, untilMs = fromMs + 1) => ({
  fromMs,
  untilMs,
  isSettled: value !== null,
  value,
});
const valuesOf = (units: readonly ReturnType<typeof unit>[]) =>
  settledBars(units).map((bar) => bar.map(({ value }) => value));

describe('settledBars', () => {
  it('takes all symbols of a bar together, in the order of the bars', () => {
    expect(valuesOf([unit(2, 0.5), unit(1, 0.25), unit(1, -0.75), unit(3, 0)])).toEqual([
      [0.25, -0.75],
      [0.5],
      [0],
    ]);
  });

  it('ends before the first bar of which an outcome is awaited, whatever came behind it', () => {
    expect(valuesOf([unit(1, 0.1), unit(2, null), unit(3, 0.9)])).toEqual([[0.1]]);
    expect(valuesOf([unit(1, 0.1), unit(2, 0.2), unit(2, null), unit(3, 0.9)])).toEqual([[0.1]]);
  });

  it('leaves out what begins within the horizon of the bar before, awaited or not', () => {
    const units = [unit(1, 0.1, 4), unit(2, 0.9, 5), unit(3, null, 6), unit(4, 0.4, 7), unit(8, -1, 11)];
    expect(valuesOf(units)).toEqual([[0.1], [0.4], [-1]]);
  });

  it('waits for the longest horizon of a bar', () => {
    expect(valuesOf([unit(1, 0.1, 2), unit(1, 0.3, 5), unit(3, 1), unit(5, 0.5)])).toEqual([
      [0.1, 0.3],
      [0.5],
    ]);
  });

  it('is empty of nothing', () => {
    expect(settledBars([])).toEqual([]);
  });
});
