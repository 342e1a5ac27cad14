import {
  AD,
  ATR,
  BollingerBands,
  BollingerBandsWidth,
  CMF,
  EMA,
  getLogReturns,
  getStandardDeviation,
  getZScore,
  MACD,
  PercentB,
  PSL,
  RSI,
  SMA,
  StochasticOscillator,
} from 'trading-signals';
import { describe, expect, it } from 'vitest';
import { type Bar, validateBars } from '../../src/features/bar.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { featureVector } from '../../src/features/vector.ts';
import { sp500Bars } from '../sp500.ts';

/** Ends of windows spread over twenty years, the crash days of 2008 and 2020 among them. */
const ends = [
  ...Array.from({ length: 200 }, (_, i) => 64 + i * 25),
  ...['2008-10-15', '2020-03-12', '2020-03-16'].map(
    (date) => sp500Bars.findIndex((bar) => bar.tMs === Date.parse(date)) + 1,
  ),
];

const closesOf = (bars: readonly Bar[]): number[] => bars.map((bar) => bar.close);
const lastReturns = (bars: readonly Bar[], count: number): number[] =>
  getLogReturns(closesOf(bars.slice(-count - 1)));

/** Last result of a library indicator fed with all inputs. */
function feed<Input, Output>(
  indicator: { update(input: Input, replace: boolean): unknown; getResultOrThrow(): Output },
  inputs: readonly Input[],
): Output {
  for (const input of inputs) indicator.update(input, false);
  return indicator.getResultOrThrow();
}

const candlesOf = (bars: readonly Bar[]) =>
  bars.map(({ open, high, low, close, volume }) => ({ open, high, low, close, volume }));

const logReturnFrom = (horizon: number) => (bars: readonly Bar[]) =>
  getLogReturns([bars.at(-1 - horizon) as Bar, bars.at(-1) as Bar].map((bar) => bar.close))[0] as number;

const rootMeanSquare = (values: readonly number[]): number =>
  getStandardDeviation([...values, ...values.map((value) => -value)]);

/** What the independent library says of the last of 64 bars. */
const byLibrary: Record<string, (bars: readonly Bar[]) => number> = {
  log_return_1: logReturnFrom(1),
  log_return_2: logReturnFrom(2),
  log_return_3: logReturnFrom(3),
  log_return_5: logReturnFrom(5),
  log_return_10: logReturnFrom(10),
  log_return_21: logReturnFrom(21),
  overnight_gap: (bars) =>
    getLogReturns([bars.at(-2)?.close as number, bars.at(-1)?.open as number])[0] as number,
  intraday_return: (bars) =>
    getLogReturns([bars.at(-1)?.open as number, bars.at(-1)?.close as number])[0] as number,
  close_location: (bars) =>
    feed(
      new AD(),
      candlesOf(bars.slice(-1)).map((candle) => ({ ...candle, volume: 1 })),
    ),
  rsi_3: (bars) => feed(new RSI(3), closesOf(bars)) / 100,
  rsi_14: (bars) => feed(new RSI(14), closesOf(bars)) / 100,
  macd_histogram_12_26_9: (bars) =>
    feed(new MACD(new EMA(12), new EMA(26), new EMA(9)), closesOf(bars)).histogram /
    (bars.at(-1)?.close as number),
  atr_14: (bars) => feed(new ATR(14), candlesOf(bars)) / (bars.at(-1)?.close as number),
  bollinger_percent_b_20: (bars) =>
    feed(new PercentB({ interval: 20, deviationMultiplier: 2 }), closesOf(bars)),
  bollinger_bandwidth_20: (bars) => feed(new BollingerBandsWidth(new BollingerBands(20, 2)), closesOf(bars)),
  stochastic_k_14: (bars) =>
    feed(new StochasticOscillator({ kPeriod: 14, kSlowingPeriod: 1, dPeriod: 1 }), candlesOf(bars)).stochK /
    100,
  sma_distance_10: (bars) => (bars.at(-1)?.close as number) / feed(new SMA(10), closesOf(bars)) - 1,
  sma_distance_50: (bars) => (bars.at(-1)?.close as number) / feed(new SMA(50), closesOf(bars)) - 1,
  realised_volatility_10: (bars) => rootMeanSquare(lastReturns(bars, 10)),
  realised_volatility_21: (bars) => rootMeanSquare(lastReturns(bars, 21)),
  up_share_10: (bars) => feed(new PSL({ interval: 10 }), closesOf(bars)) / 100,
  volume_z_score_21: (bars) => getZScore(bars.slice(-21).map((bar) => bar.volume)),
  chaikin_money_flow_21: (bars) => feed(new CMF(21), candlesOf(bars)),
};

/** Features the library does not have, from their definitions, written without windows or folds. */
const byDefinition: Record<string, (bars: readonly Bar[]) => number> = {
  high_low_range: (bars) =>
    ((bars.at(-1)?.high as number) - (bars.at(-1)?.low as number)) / (bars.at(-1)?.close as number),
  drawdown_63: (bars) => (bars.at(-1)?.close as number) / Math.max(...closesOf(bars.slice(-63))) - 1,
  run_up_63: (bars) => (bars.at(-1)?.close as number) / Math.min(...closesOf(bars.slice(-63))) - 1,
  ewma_volatility: (bars) => {
    const newestFirst = lastReturns(bars, 63).reverse();
    const weights = newestFirst.map((_, i) => 0.94 ** i);
    return Math.sqrt(sum(newestFirst.map((r, i) => (weights[i] as number) * r * r)) / sum(weights));
  },
  parkinson_volatility_21: (bars) =>
    Math.sqrt(sum(bars.slice(-21).map(({ high, low }) => Math.log(high / low) ** 2)) / (4 * Math.LN2 * 21)),
  skewness_21: (bars) =>
    centralMoment(lastReturns(bars, 21), 3) / centralMoment(lastReturns(bars, 21), 2) ** 1.5,
  excess_kurtosis_21: (bars) =>
    centralMoment(lastReturns(bars, 21), 4) / centralMoment(lastReturns(bars, 21), 2) ** 2 - 3,
  autocorrelation_21: (bars) => {
    const returns = lastReturns(bars, 21);
    const deviations = returns.map((r) => r - sum(returns) / 21);
    return (
      sum(deviations.slice(1).map((d, i) => d * (deviations[i] as number))) /
      sum(deviations.map((d) => d * d))
    );
  },
  efficiency_ratio_10: (bars) => {
    const closes = closesOf(bars.slice(-11));
    const path = sum(closes.slice(1).map((close, i) => Math.abs(close - (closes[i] as number))));
    return ((closes[10] as number) - (closes[0] as number)) / path;
  },
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function centralMoment(values: readonly number[], order: number): number {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** order)) / values.length;
}

const names = dailyV1.indicators.map((indicator) => indicator.name);

describe('the set daily-v1', () => {
  it('has 32 features, each with an independent reference here', () => {
    expect(names).toHaveLength(32);
    expect([...Object.keys(byLibrary), ...Object.keys(byDefinition)].sort()).toEqual([...names].sort());
    expect(dailyV1.windowBars).toBe(64);
  });

  it.each(Object.entries({ ...byLibrary, ...byDefinition }))(
    'has the reference values of %s on the S&P 500',
    (name, reference) => {
      for (const end of ends) {
        const bars = sp500Bars.slice(end - 64, end);
        const value = featureVector(dailyV1, sp500Bars.slice(0, end)).values[names.indexOf(name)] as number;
        const expected = reference(bars);
        expect(
          Math.abs(value - expected),
          `${name} at bar ${end}: ${value}, reference ${expected}`,
        ).toBeLessThanOrEqual(1e-12 + 1e-10 * Math.abs(expected));
      }
    },
  );

  it('is defined on every window of the S&P 500', () => {
    for (let end = 64; end <= sp500Bars.length; end += 1) {
      expect(featureVector(dailyV1, sp500Bars.slice(end - 64, end)).undefinedNames).toEqual([]);
    }
  });

  it('forgets: a fold over twenty years has the bits of a fold over the warm-up alone', () => {
    for (const { name, warmupBars, initial, update, value } of dailyV1.indicators) {
      const long = value(sp500Bars.reduce(update, initial()));
      const short = value(sp500Bars.slice(-warmupBars).reduce(update, initial()));
      expect(Object.is(short, long), name).toBe(true);
    }
  });
});

describe('the bars of the S&P 500', () => {
  it('come through the validator unchanged, as numbers and as decimal strings', () => {
    const later = { nowMs: Date.parse('2020-04-18'), barsMax: 10_000 };
    const wire = (bar: Bar, write: (value: number) => number | string) => ({
      t: write === String ? new Date(bar.tMs).toISOString() : bar.tMs,
      o: write(bar.open),
      h: write(bar.high),
      l: write(bar.low),
      c: write(bar.close),
      v: write(bar.volume),
    });
    for (const write of [Number, String]) {
      expect(
        validateBars(
          sp500Bars.map((bar) => wire(bar, write)),
          later,
        ),
      ).toEqual({ ok: true, bars: sp500Bars });
    }
  });
});
