import { describe, expect, it } from 'vitest';
import type { Bar } from '../../src/features/bar.ts';
import type { Indicator } from '../../src/features/indicator.ts';
import { autocorrelation } from '../../src/features/indicators/autocorrelation.ts';
import { averageTrueRange } from '../../src/features/indicators/average-true-range.ts';
import { bollingerBandwidth } from '../../src/features/indicators/bollinger-bandwidth.ts';
import { bollingerPercentB } from '../../src/features/indicators/bollinger-percent-b.ts';
import { chaikinMoneyFlow } from '../../src/features/indicators/chaikin-money-flow.ts';
import { closeLocation } from '../../src/features/indicators/close-location.ts';
import { drawdown } from '../../src/features/indicators/drawdown.ts';
import { efficiencyRatio } from '../../src/features/indicators/efficiency-ratio.ts';
import { ewmaVolatility } from '../../src/features/indicators/ewma-volatility.ts';
import { excessKurtosis } from '../../src/features/indicators/excess-kurtosis.ts';
import { highLowRange } from '../../src/features/indicators/high-low-range.ts';
import { intradayReturn } from '../../src/features/indicators/intraday-return.ts';
import { logReturn } from '../../src/features/indicators/log-return.ts';
import { macdHistogram } from '../../src/features/indicators/macd-histogram.ts';
import { overnightGap } from '../../src/features/indicators/overnight-gap.ts';
import { parkinsonVolatility } from '../../src/features/indicators/parkinson-volatility.ts';
import { realisedVolatility } from '../../src/features/indicators/realised-volatility.ts';
import { rsi } from '../../src/features/indicators/rsi.ts';
import { runUp } from '../../src/features/indicators/run-up.ts';
import { skewness } from '../../src/features/indicators/skewness.ts';
import { smaDistance } from '../../src/features/indicators/sma-distance.ts';
import { stochasticK } from '../../src/features/indicators/stochastic-k.ts';
import { upShare } from '../../src/features/indicators/up-share.ts';
import { volumeZScore } from '../../src/features/indicators/volume-z-score.ts';

const barOf = (close: number, rest: Partial<Bar> = {}): Bar => ({
  tMs: 0,
  open: close,
  high: close,
  low: close,
  close,
  volume: 1,
  ...rest,
});

function valueAfter<State>(indicator: Indicator<State>, bars: readonly Bar[]): number {
  return indicator.value(bars.reduce((state, bar) => indicator.update(state, bar), indicator.initial()));
}

const onCloses = (indicator: Indicator<unknown>, ...closes: number[]): number =>
  valueAfter(
    indicator,
    closes.map((close) => barOf(close)),
  );

const returnsOf = (...returns: number[]): Bar[] => {
  const closes = [100];
  for (const r of returns) closes.push((closes.at(-1) as number) * Math.exp(r));
  return closes.map((close) => barOf(close));
};

describe('an indicator worked out by hand', () => {
  it('log return: doubling in two bars is ln 2', () => {
    expect(onCloses(logReturn({ horizon: 2 }), 5, 100, 10)).toBeCloseTo(Math.LN2, 15);
  });

  it('RSI: averages of two changes, then one step of Wilder', () => {
    // Changes +2, −1, +3. G: (2 + 0) ÷ 2 = 1, then (1 + 3) ÷ 2 = 2. L: (0 + 1) ÷ 2 = 0.5, then 0.25.
    expect(onCloses(rsi({ period: 2, windowBars: 4 }), 10, 12, 11, 14)).toBe(2 / 2.25);
    expect(onCloses(rsi({ period: 2, windowBars: 4 }), 1, 2, 3, 4)).toBe(1);
    expect(onCloses(rsi({ period: 2, windowBars: 4 }), 4, 3, 2, 1)).toBe(0);
  });

  it('MACD histogram: periods 1, 3 and 1 leave nothing, since the signal is the difference itself', () => {
    expect(onCloses(macdHistogram({ fast: 1, slow: 3, signal: 1, windowBars: 4 }), 8, 16, 4, 12)).toBe(0);
  });

  it('MACD histogram: periods 1, 3 and 3 by hand', () => {
    // Slow: 8, 12, 8, 10. Difference: 0, 4, −4, 2 (and 10, 6 in the end). Signal from bar 3: −4, −1, 2.5.
    const histogram = onCloses(
      macdHistogram({ fast: 1, slow: 3, signal: 3, windowBars: 6 }),
      8,
      16,
      4,
      12,
      20,
      13,
    );
    // Slow goes on 15, 14; difference 5, −1; signal −4, −1, 2, 0.5.
    expect(histogram).toBe((-1 - 0.5) / 13);
  });

  it('ATR: the oldest bar has its range, the others reach to the close before', () => {
    const bars = [
      barOf(10, { high: 11, low: 9 }),
      barOf(14, { high: 15, low: 13 }),
      barOf(10, { high: 12, low: 10 }),
    ];
    // True ranges 2, 15 − 10 = 5, 14 − 10 = 4: mean 3.5, then (3.5 + 4) ÷ 2 = 3.75.
    expect(valueAfter(averageTrueRange({ period: 2, windowBars: 3 }), bars)).toBe(0.375);
  });

  it('Bollinger bands: closes 8 and 12 have m = 10 and σ = 2', () => {
    expect(onCloses(bollingerPercentB({ period: 2, deviations: 2 }), 99, 8, 12)).toBe(0.75);
    expect(onCloses(bollingerBandwidth({ period: 2, deviations: 2 }), 99, 8, 12)).toBe(0.8);
  });

  it('realised volatility: returns 3 and −4 have the root mean square √12.5', () => {
    expect(valueAfter(realisedVolatility({ period: 2 }), returnsOf(9, 3, -4))).toBeCloseTo(
      Math.sqrt(12.5),
      12,
    );
  });

  it('EWMA volatility: the older of two squares weighs half', () => {
    expect(valueAfter(ewmaVolatility({ decay: 0.5, windowBars: 3 }), returnsOf(2, 1))).toBeCloseTo(
      Math.sqrt(3 / 1.5),
      14,
    );
  });

  it("Parkinson's volatility: a range of 4 to 1 is ln 4 ÷ √(4 ln 2)", () => {
    const bars = [barOf(2, { high: 4, low: 1 }), barOf(2, { high: 4, low: 1 })];
    expect(valueAfter(parkinsonVolatility({ period: 2 }), bars)).toBeCloseTo(Math.sqrt(Math.LN2), 14);
  });

  it('drawdown and run-up look at the closes of the window only', () => {
    expect(onCloses(drawdown({ period: 3 }), 99, 8, 10, 5)).toBe(-0.5);
    expect(onCloses(runUp({ period: 3 }), 1, 8, 5, 10)).toBe(1);
    expect(onCloses(drawdown({ period: 3 }), 1, 2, 3)).toBe(0);
    expect(onCloses(runUp({ period: 3 }), 3, 2, 1)).toBe(0);
  });

  it('volume z-score: the larger of two is one σ above', () => {
    expect(
      valueAfter(volumeZScore({ period: 2 }), [barOf(1, { volume: 10 }), barOf(1, { volume: 30 })]),
    ).toBe(1);
  });

  it('distance from the average: 12 over the mean 8', () => {
    expect(onCloses(smaDistance({ period: 2 }), 99, 4, 12)).toBe(0.5);
  });

  it('stochastic %K: a close of 12 between 10 and 18', () => {
    const bars = [barOf(15, { high: 18, low: 12 }), barOf(12, { high: 13, low: 10 })];
    expect(valueAfter(stochasticK({ period: 2 }), bars)).toBe(0.25);
  });

  it('ranges of one bar', () => {
    const bar = barOf(8, { open: 4, high: 10, low: 2 });
    expect(valueAfter(highLowRange(), [bar])).toBe(1);
    expect(valueAfter(closeLocation(), [bar])).toBe(0.5);
    expect(valueAfter(intradayReturn(), [bar])).toBeCloseTo(Math.LN2, 15);
    expect(valueAfter(overnightGap(), [barOf(2), bar])).toBeCloseTo(Math.LN2, 15);
  });

  it('close location of a bar without range is 0', () => {
    expect(valueAfter(closeLocation(), [barOf(8)])).toBe(0);
  });

  it('up share counts strict rises', () => {
    expect(onCloses(upShare({ period: 4 }), 1, 2, 2, 3, 1)).toBe(0.5);
  });

  it('moments of the returns 0, 0, 0, 4: m₂ = 3, m₃ = 6, m₄ = 21', () => {
    const bars = returnsOf(0, 0, 0, 4);
    expect(valueAfter(skewness({ period: 4 }), bars)).toBeCloseTo(6 / 3 ** 1.5, 12);
    expect(valueAfter(excessKurtosis({ period: 4 }), bars)).toBeCloseTo(21 / 9 - 3, 12);
  });

  it('autocorrelation of returns that alternate', () => {
    expect(valueAfter(autocorrelation({ period: 4 }), returnsOf(1, -1, 1, -1))).toBeCloseTo(-0.75, 12);
  });

  it('efficiency ratio has the sign of the move', () => {
    expect(onCloses(efficiencyRatio({ period: 3 }), 10, 12, 11, 14)).toBe(4 / 6);
    expect(onCloses(efficiencyRatio({ period: 2 }), 14, 12, 10)).toBe(-1);
  });

  it('Chaikin money flow weighs the close location by volume', () => {
    const bars = [barOf(3, { high: 3, low: 1, volume: 30 }), barOf(1, { high: 3, low: 1, volume: 10 })];
    expect(valueAfter(chaikinMoneyFlow({ period: 2 }), bars)).toBe(0.5);
  });
});

describe('an indicator on a flat window', () => {
  const flat = (close: number) => Array.from({ length: 30 }, () => barOf(close, { volume: 0 }));

  it.each<[Indicator<unknown>]>([
    [rsi({ period: 14, windowBars: 20 })],
    [bollingerPercentB({ period: 20, deviations: 2 })],
    [stochasticK({ period: 14 })],
    [volumeZScore({ period: 21 })],
    [skewness({ period: 21 })],
    [excessKurtosis({ period: 21 })],
    [autocorrelation({ period: 21 })],
    [efficiencyRatio({ period: 10 })],
    [chaikinMoneyFlow({ period: 21 })],
  ])('has no value where its formula is 0/0 ($name)', (indicator) => {
    for (const close of [1, 0.1, 2567.89]) expect(valueAfter(indicator, flat(close))).toBeNaN();
  });

  it.each<[Indicator<unknown>]>([
    [logReturn({ horizon: 21 })],
    [macdHistogram({ fast: 3, slow: 6, signal: 3, windowBars: 20 })],
    [averageTrueRange({ period: 14, windowBars: 20 })],
    [bollingerBandwidth({ period: 20, deviations: 2 })],
    [realisedVolatility({ period: 21 })],
    [ewmaVolatility({ decay: 0.94, windowBars: 20 })],
    [parkinsonVolatility({ period: 21 })],
    [drawdown({ period: 21 })],
    [upShare({ period: 10 })],
  ])('is 0 where nothing moved ($name)', (indicator) => {
    for (const close of [1, 0.1, 2567.89]) expect(valueAfter(indicator, flat(close))).toBe(0);
  });

  it('has no z-score of equal volumes, whatever their mean rounds to', () => {
    expect(
      valueAfter(
        volumeZScore({ period: 21 }),
        Array.from({ length: 21 }, () => barOf(1, { volume: 0.1 })),
      ),
    ).toBeNaN();
  });
});

describe('parameters that cannot work', () => {
  it('are refused when the indicator is made', () => {
    expect(() => rsi({ period: 14, windowBars: 14 })).toThrow(RangeError);
    expect(() => macdHistogram({ fast: 26, slow: 12, signal: 9, windowBars: 64 })).toThrow(RangeError);
    expect(() => macdHistogram({ fast: 12, slow: 26, signal: 9, windowBars: 34 })).toThrow(RangeError);
    expect(() => averageTrueRange({ period: 14, windowBars: 13 })).toThrow(RangeError);
  });
});
