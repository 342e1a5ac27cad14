import { describe, expect, it } from 'vitest';
import { dailyV1 } from '../../../src/features/daily-v1.ts';
import { featureVector } from '../../../src/features/vector.ts';
import { featureTable } from '../../../src/optimize/data/feature-table.ts';
import { sp500Bars } from '../../sp500.ts';

describe('featureTable', () => {
  it('has the bits that a window of its own would give, row for row', () => {
    const width = dailyV1.indicators.length;
    const bars = sp500Bars.slice(0, 1_500);
    const table = featureTable(bars, dailyV1);
    expect(table.subarray(0, 63 * width).every(Number.isNaN)).toBe(true);
    for (let i = 63; i < bars.length; i += 1) {
      const { values } = featureVector(dailyV1, bars.slice(i - 63, i + 1));
      expect(table.slice(i * width, (i + 1) * width), `row ${i}`).toEqual(values);
    }
  });
});
