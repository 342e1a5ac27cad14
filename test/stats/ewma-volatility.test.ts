import { describe, expect, it } from 'vitest';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { featureVector } from '../../src/features/vector.ts';
import { ewmaVolatility } from '../../src/stats/ewma-volatility.ts';
import { sp500Bars } from '../sp500.ts';

const closes = sp500Bars.map(({ close }) => close);

describe('ewmaVolatility', () => {
  it('is the feature of that name where the window holds the whole series', () => {
    const place = dailyV1.indicators.findIndex(({ name }) => name === 'ewma_volatility');
    const served = featureVector(dailyV1, sp500Bars.slice(0, dailyV1.windowBars)).values[place];
    expect(ewmaVolatility(closes, 0.94)[dailyV1.windowBars - 1]).toBe(served);
  });

  it('knows nothing of later closes, and nothing at the first', () => {
    const past = ewmaVolatility(closes.slice(0, 300), 0.94);
    expect(ewmaVolatility(closes, 0.94).slice(0, 300)).toEqual(past);
    expect(past[0]).toBeNaN();
  });

  it('refuses a decay that is none', () => {
    for (const decay of [0, 1, NaN]) expect(() => ewmaVolatility(closes, decay)).toThrow(RangeError);
  });
});
