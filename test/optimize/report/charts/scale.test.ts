import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  extentOf,
  linearScale,
  logExtentOf,
  logScale,
  logTicks,
  niceTicks,
  timeTicks,
} from '../../../../src/optimize/report/charts/scale.ts';

const extents = fc
  .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }))
  .map(([low, span]) => ({ low, high: low + span }))
  .filter(({ low, high }) => high - low > Math.abs(low) * 1e-6);

describe('niceTicks', () => {
  it('lie inside the extent, evenly, about as many as asked for, each with a label of its own', () => {
    fc.assert(
      fc.property(extents, fc.integer({ min: 2, max: 12 }), (extent, count) => {
        const ticks = niceTicks(extent, count);
        const tolerance = (extent.high - extent.low) * 1e-6;
        expect(ticks.length).toBeLessThanOrEqual(count + 1);
        expect(ticks.length).toBeGreaterThanOrEqual(Math.floor(count / 2.5) - 1);
        for (const { value } of ticks) {
          expect(value).toBeGreaterThanOrEqual(extent.low - tolerance);
          expect(value).toBeLessThanOrEqual(extent.high + tolerance);
        }
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
      }),
    );
  });

  it('are multiples of 1, 2 or 5', () => {
    expect(niceTicks({ low: 0, high: 1 }, 5).map(({ label }) => label)).toEqual([
      '0.0',
      '0.2',
      '0.4',
      '0.6',
      '0.8',
      '1.0',
    ]);
    expect(niceTicks({ low: -3, high: 47 }, 5).map(({ label }) => label)).toEqual([
      '0',
      '10',
      '20',
      '30',
      '40',
    ]);
  });
});

describe('logTicks', () => {
  it('are 1, 2 and 5 times powers of ten over a wide extent, and even over a narrow one', () => {
    const labels = (low: number, high: number) => logTicks({ low, high }, 6).map(({ label }) => label);
    expect(labels(0.04, 3.6)).toEqual(['0.05', '0.1', '0.2', '0.5', '1', '2']);
    expect(labels(0.8, 1.63)).toEqual(['0.8', '1.0', '1.2', '1.4', '1.6']);
  });

  it('lie in an extent that leaves equal room above and below the values', () => {
    const { low, high } = logExtentOf([0.05, 2, 1], 0.1);
    expect(low / 0.05).toBeCloseTo(2 / high, 10);
    expect(low).toBeGreaterThan(0);
  });
});

describe('timeTicks', () => {
  it('are first days of years over decades and of months over months', () => {
    const years = timeTicks({ low: Date.UTC(2000, 5, 1), high: Date.UTC(2020, 5, 1) }, 10);
    expect(years.map(({ label }) => label)).toEqual([
      '2002',
      '2004',
      '2006',
      '2008',
      '2010',
      '2012',
      '2014',
      '2016',
      '2018',
      '2020',
    ]);
    expect(years[0]?.value).toBe(Date.UTC(2002, 0, 1));
    const months = timeTicks({ low: Date.UTC(2023, 10, 15), high: Date.UTC(2024, 3, 2) }, 6);
    expect(months.map(({ label }) => label)).toEqual(['2023-12', '2024-01', '2024-02', '2024-03', '2024-04']);
  });

  it('divide a span of days evenly', () => {
    const low = Date.UTC(2024, 0, 1);
    expect(timeTicks({ low, high: low + 2 * 86_400_000 }, 4).map(({ label }) => label)).toEqual([
      '2024-01-01',
      '2024-01-02',
      '2024-01-03',
    ]);
  });
});

describe('scales', () => {
  it('map ends to ends, and equal ratios to equal lengths on the log scale', () => {
    const linear = linearScale({ low: 2, high: 4 }, 100, 0);
    expect([linear(2), linear(3), linear(4)]).toEqual([100, 50, 0]);
    const log = logScale({ low: 1, high: 4 }, 0, 100);
    expect(log(2)).toBeCloseTo(50, 10);
  });

  it('map a domain of no length to the middle', () => {
    expect(linearScale({ low: 1, high: 1 }, 0, 10)(1)).toBe(5);
  });

  it('ignore what was not measured in the extent', () => {
    expect(extentOf([null, Number.NaN, 3, 1], 0.5)).toEqual({ low: 0, high: 4 });
    expect(extentOf([null], 0.1)).toEqual({ low: 0, high: 1 });
  });
});
