import { describe, expect, it } from 'vitest';
import { settledDifferences, type Unit } from '../../src/experiments/settled-differences.ts';

const unit = (fromMs: number, difference: number | null, untilMs = fromMs + 1): Unit => ({
  fromMs,
  untilMs,
  difference,
});

describe('settledDifferences', () => {
  it('takes one observation a bar, the mean of its symbols, in the order of the bars', () => {
    expect(settledDifferences([unit(2, 0.5), unit(1, 0.25), unit(1, -0.75), unit(3, 0)])).toEqual([
      -0.25, 0.5, 0,
    ]);
  });

  it('ends before the first bar of which an outcome is awaited, whatever came behind it', () => {
    expect(settledDifferences([unit(1, 0.1), unit(2, null), unit(3, 0.9)])).toEqual([0.1]);
    expect(settledDifferences([unit(1, 0.1), unit(2, 0.2), unit(2, null), unit(3, 0.9)])).toEqual([0.1]);
  });

  it('leaves out what begins within the horizon of the observation before, awaited or not', () => {
    const units = [unit(1, 0.1, 4), unit(2, 0.9, 5), unit(3, null, 6), unit(4, 0.4, 7), unit(8, -1, 11)];
    expect(settledDifferences(units)).toEqual([0.1, 0.4, -1]);
  });

  it('waits for the longest horizon of a bar', () => {
    expect(settledDifferences([unit(1, 0.1, 2), unit(1, 0.3, 5), unit(3, 1), unit(5, 0.5)])).toEqual([
      0.2, 0.5,
    ]);
  });

  it('is empty of nothing', () => {
    expect(settledDifferences([])).toEqual([]);
  });
});
