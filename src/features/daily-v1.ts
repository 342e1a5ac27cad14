import { autocorrelation } from './indicators/autocorrelation.ts';
import { averageTrueRange } from './indicators/average-true-range.ts';
import { bollingerBandwidth } from './indicators/bollinger-bandwidth.ts';
import { bollingerPercentB } from './indicators/bollinger-percent-b.ts';
import { chaikinMoneyFlow } from './indicators/chaikin-money-flow.ts';
import { closeLocation } from './indicators/close-location.ts';
import { drawdown } from './indicators/drawdown.ts';
import { efficiencyRatio } from './indicators/efficiency-ratio.ts';
import { ewmaVolatility } from './indicators/ewma-volatility.ts';
import { excessKurtosis } from './indicators/excess-kurtosis.ts';
import { highLowRange } from './indicators/high-low-range.ts';
import { intradayReturn } from './indicators/intraday-return.ts';
import { logReturn } from './indicators/log-return.ts';
import { macdHistogram } from './indicators/macd-histogram.ts';
import { overnightGap } from './indicators/overnight-gap.ts';
import { parkinsonVolatility } from './indicators/parkinson-volatility.ts';
import { realisedVolatility } from './indicators/realised-volatility.ts';
import { rsi } from './indicators/rsi.ts';
import { runUp } from './indicators/run-up.ts';
import { skewness } from './indicators/skewness.ts';
import { smaDistance } from './indicators/sma-distance.ts';
import { stochasticK } from './indicators/stochastic-k.ts';
import { upShare } from './indicators/up-share.ts';
import { volumeZScore } from './indicators/volume-z-score.ts';
import { createFeatureSet, type FeatureSet } from './vector.ts';

const windowBars = 64;

/**
 * The feature set `daily-v1`: 32 numbers without unit from the last 64 bars. It is a contract with every model
 * trained on it and never changes; another selection is another set with another name.
 */
export const dailyV1: FeatureSet = createFeatureSet('daily-v1', [
  logReturn({ horizon: 1 }),
  logReturn({ horizon: 2 }),
  logReturn({ horizon: 3 }),
  logReturn({ horizon: 5 }),
  logReturn({ horizon: 10 }),
  logReturn({ horizon: 21 }),
  overnightGap(),
  intradayReturn(),
  highLowRange(),
  closeLocation(),
  rsi({ period: 3, windowBars }),
  rsi({ period: 14, windowBars }),
  macdHistogram({ fast: 12, slow: 26, signal: 9, windowBars }),
  averageTrueRange({ period: 14, windowBars }),
  bollingerPercentB({ period: 20, deviations: 2 }),
  bollingerBandwidth({ period: 20, deviations: 2 }),
  stochasticK({ period: 14 }),
  smaDistance({ period: 10 }),
  smaDistance({ period: 50 }),
  drawdown({ period: 63 }),
  runUp({ period: 63 }),
  realisedVolatility({ period: 10 }),
  realisedVolatility({ period: 21 }),
  ewmaVolatility({ decay: 0.94, windowBars }),
  parkinsonVolatility({ period: 21 }),
  skewness({ period: 21 }),
  excessKurtosis({ period: 21 }),
  autocorrelation({ period: 21 }),
  upShare({ period: 10 }),
  efficiencyRatio({ period: 10 }),
  volumeZScore({ period: 21 }),
  chaikinMoneyFlow({ period: 21 }),
]);
