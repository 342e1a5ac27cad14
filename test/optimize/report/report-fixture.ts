import { DAY_MS, epochDayAt, weekdayOf } from '../../../src/core/civil-date.ts';
import { exp } from '../../../src/core/exp.ts';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import type {
  Calibration,
  CompressionPart,
  DecisionsPart,
  Equity,
  Estimate,
  HeadReport,
  OptimizationReport,
  Scores,
  SearchTrial,
  Span,
} from '../../../src/optimize/optimization-report.ts';

/** A report as a run on some twenty years of daily bars would leave it; invented, the same for each seed. */
export function fixtureReport(seed: number): OptimizationReport {
  const random = new SeededRandom(seed);
  const sessions = weekdays(Date.UTC(2000, 0, 3), 5_400);
  const span = (from: number, to: number): Span => ({
    fromMs: sessions[from] as number,
    toMs: sessions[to - 1] as number,
    rows: to - from,
  });
  const development = span(64, 4_300);
  const holdout = span(4_306, 5_395);
  return {
    formatVersion: 1,
    verdict: {
      outcome: 'released',
      name: 'spx-1d',
      version: hash(random),
      purpose:
        'Direction of the S&P 500 over the next five sessions, and the risk of a large move, from daily bars.',
      symbols: ['SPX'],
      interval: '1d',
      targets: [
        { head: 'direction', target: 'forward-return:5' },
        { head: 'risk', target: 'large-move:5:0.8' },
      ],
      seed,
      trials: 120,
      reproducibility: { kind: 'reproducible' },
      codeCommit: hash(random).slice(0, 40),
      source: {
        description: 'S&P 500, daily, from the package vega-datasets',
        hash: hash(random),
        span: span(0, 5_400),
      },
      incumbent: { name: 'spx-1d', version: hash(random) },
      words: [
        'The direction head cannot be told from chance: the 95 % interval of its AUC holds 0.5.',
        'The risk head beats EWMA volatility by 0.0213 nats per row (0.0102 to 0.0325).',
        'Followed over the holdout after costs the policy grew less than holding, with two thirds of its greatest fall.',
        'Quantized, the model is 78 % smaller, and 0.11 % of the decisions differ; no BUY became SELL.',
      ],
      gates: [
        {
          name: 'risk beats EWMA',
          passed: true,
          statistic: 0.01021,
          bound: 0,
          sense: 'above',
          unit: 'nats',
          detail: 'lower bound at α = 0.0304 of the paired log-loss gain',
        },
        {
          name: 'not worse than the incumbent',
          passed: true,
          statistic: -0.00012,
          bound: -0.001,
          sense: 'at-least',
          unit: 'nats',
          detail: 'lower bound of the paired difference, direction head',
        },
        {
          name: 'calibrated',
          passed: true,
          statistic: 0.0183,
          bound: 0.03,
          sense: 'at-most',
          unit: 'plain',
          detail: 'expected calibration error of both heads, the greater',
        },
        {
          name: 'decision flips',
          passed: true,
          statistic: 0.0011,
          bound: 0.005,
          sense: 'at-most',
          unit: 'share',
          detail: 'of 131 072 rows where either form acts',
        },
        {
          name: 'BUY↔SELL',
          passed: true,
          statistic: 0,
          bound: 0,
          sense: 'equal',
          unit: 'count',
          detail: 'opposite decisions after compression',
        },
        {
          name: 'size',
          passed: true,
          statistic: 0.217,
          bound: 0.3,
          sense: 'at-most',
          unit: 'share',
          detail: 'gzipped, of the f32 form in the same container',
        },
      ],
    },
    data: {
      rowsRead: 5_403,
      bars: 5_400,
      examples: 5_331,
      findings: [
        {
          code: 'DUPLICATE_ROW',
          severity: 'warning',
          count: 3,
          rows: [812, 2_004, 4_411],
          detail: 'identical to the row before; dropped',
        },
        {
          code: 'CALENDAR_GAP',
          severity: 'warning',
          count: 2,
          rows: [431, 432],
          detail: 'sessions of XNYS without a bar',
        },
        {
          code: 'OPEN_IS_PREVIOUS_CLOSE',
          severity: 'note',
          count: 1_504,
          rows: [2, 3, 4, 5, 6, 7, 8],
          detail: 'until 2005-12-30 the open repeats the close of the session before',
        },
      ],
    },
    validation: {
      folds: Array.from({ length: 6 }, (_, i) => ({
        train: span(64, 1_300 + i * 500 - 6),
        test: span(1_300 + i * 500, 1_800 + i * 500),
        purged: 5,
        embargoBars: 5,
      })),
      development,
      holdout,
    },
    heads: [
      head(random, { isRisk: false, rows: holdout.rows }),
      head(random, { isRisk: true, rows: holdout.rows }),
    ],
    decisions: decisions(random, sessions.slice(4_306, 5_395), holdout),
    compression: compression(),
    ledger: {
      alpha: 0.05,
      looks: [1, 2, 3].map((index) => ({
        index,
        alphaSpent: (0.05 * 6) / (9.8696 * index * index),
        candidate: hash(random),
        statistic: [-0.0041, 0.0017, 0.0102][index - 1] as number,
        verdict: index === 3 ? 'passed' : 'refused',
      })),
    },
    lineage: {
      parameters: {
        sampler: 'tpe-multivariate',
        trials: 120,
        folds: 6,
        embargo: 5,
        holdoutShare: 0.2,
        workers: 2,
        costPerSide: 0.0005,
      },
      stages: [
        { name: 'read and check data', durationMs: 412 },
        { name: 'select features', durationMs: 21_430 },
        { name: 'search', durationMs: 243_118 },
        { name: 'train members', durationMs: 9_870 },
        { name: 'compress', durationMs: 38_204 },
        { name: 'measure and decide', durationMs: 12_902 },
      ],
      versions: { node: '24.21.0', onnxruntime: '1.30.0', factory: '0.1.0' },
      machine: { processor: '2 cores', memory: '8 GB', system: 'linux x64' },
    },
  };
}

const FEATURES = [
  'volatility20',
  'atrPercent14',
  'return20',
  'range10',
  'rsi14',
  'bollingerWidth20',
  'gap',
  'macdHistogram',
  'stochastic14',
  'adx14',
  'return5',
  'volumeRatio20',
  'cci20',
  'return1',
  'distanceFromHigh63',
  'donchianPosition20',
  'skew20',
  'kurtosis20',
  'moneyFlow14',
  'williams14',
  'obvSlope10',
  'dayOfWeek',
  'aroonOscillator25',
  'upShare10',
];

function head(random: SeededRandom, { isRisk, rows }: { isRisk: boolean; rows: number }): HeadReport {
  const scale = isRisk ? 0.02 : 0.0012;
  const scores = (count: number, spread: number): Scores => ({
    rows: count,
    positiveShare: isRisk ? 0.21 + 0.05 * random.normal() * spread : 0.53 + 0.01 * random.normal(),
    auc: around((isRisk ? 0.74 : 0.505) + 0.012 * random.normal() * spread, 0.03 * spread),
    logLoss: around((isRisk ? 0.462 : 0.6911) + 0.004 * random.normal(), 0.012 * spread),
    brier: around((isRisk ? 0.149 : 0.2489) + 0.002 * random.normal(), 0.006 * spread),
    gain: around(scale * ((isRisk ? 1.2 : 0.3) + 0.6 * random.normal() * spread), scale * 1.3 * spread),
  });
  return {
    name: isRisk ? 'risk' : 'direction',
    target: isRisk ? 'large-move:5:0.8' : 'forward-return:5',
    question: isRisk
      ? 'Will the price move further over five sessions than it did in 80 % of the training span?'
      : 'Will the return over five sessions lie above the median of the training span?',
    selection: {
      measure: 'log-loss added by permuting it, nats',
      features: FEATURES.map((feature, i) => {
        const value = scale * 0.9 * exp(-0.28 * i) - (i > 14 ? scale * 0.03 * random.uniform() : 0);
        const kept = i < 11 && i !== 3 && i !== 5;
        return {
          feature,
          importance: around(value, scale * (0.05 + 0.15 * exp(-0.28 * i))),
          kept,
          used: kept,
          reason: kept
            ? 'above the best shadow in 28 of 30 rounds'
            : i < 11
              ? 'reconstructed from the kept ones, R² 0.97'
              : 'not above the best shadow',
        };
      }),
      steps: [
        {
          name: 'shadow test',
          kept: 13,
          dropped: 11,
          aucGain: around(0.002, 0.004),
          logLossGain: around(scale * 0.1, scale * 0.25),
        },
        {
          name: 'redundancy',
          kept: 10,
          dropped: 3,
          aucGain: around(0.0021, 0.004),
          logLossGain: around(scale * 0.12, scale * 0.26),
        },
        {
          name: 'stability',
          kept: 9,
          dropped: 1,
          aucGain: around(0.0027, 0.0045),
          logLossGain: around(scale * 0.15, scale * 0.24),
        },
      ],
    },
    search: {
      sampler: 'multivariate TPE',
      objective: 'mean log-loss of the folds, nats',
      trials: Array.from({ length: 60 }, (_, number) =>
        trial(random, number, isRisk ? 0.462 : 0.6908, scale),
      ),
      importance: [
        { parameter: 'trees.learningRate', share: 0.41 },
        { parameter: 'trees.leaves', share: 0.22 },
        { parameter: 'perceptron.weightDecay', share: 0.11 },
        { parameter: 'trees.count', share: 0.09 },
        { parameter: 'perceptron.hidden', share: 0.05 },
        { parameter: 'logistic.penalty', share: 0.02 },
      ],
      importanceMethod: 'variance of the marginals of a random forest',
    },
    parameters: {
      'trees.count': 60,
      'trees.leaves': 8,
      'trees.learningRate': 0.0412,
      'perceptron.hidden': 16,
      'perceptron.weightDecay': 0.00031,
      'logistic.penalty': 0.12,
    },
    members: [
      { name: 'gradient-boosted trees', weight: isRisk ? 0.58 : 0.31, detail: '60 trees of 8 leaves' },
      { name: 'perceptron', weight: isRisk ? 0.23 : 0.19, detail: '9 inputs, 16 hidden' },
      { name: 'logistic regression', weight: isRisk ? 0.19 : 0.5, detail: '9 inputs' },
    ],
    folds: Array.from({ length: 6 }, () => scores(500, 1)),
    holdout: scores(rows, 0.7),
    comparisons: isRisk
      ? [
          {
            baseline: 'EWMA volatility',
            gain: around(0.0213, 0.0112),
            sentence: 'The risk head beats EWMA volatility out of sample.',
          },
        ]
      : [
          {
            baseline: 'the incumbent',
            gain: around(0.0002, 0.0011),
            sentence: 'The direction head is not told apart from the base rate, nor from the incumbent.',
          },
        ],
    calibration: { ece: isRisk ? 0.0183 : 0.0121, bins: calibrationBins(random, isRisk, rows) },
  };
}

function trial(random: SeededRandom, number: number, floor: number, scale: number): SearchTrial {
  if (random.uniform() < 0.03) return { number, outcome: 'failed', detail: 'the loss diverged in epoch 3' };
  const value = floor + scale * (0.15 + 1.6 * exp(-number / 18) * random.uniform() + 0.25 * random.uniform());
  if (random.uniform() < 0.25) return { number, outcome: 'pruned', value: value + scale * random.uniform() };
  return { number, outcome: 'complete', value: random.uniform() < 0.03 ? value + 12 * scale : value };
}

function calibrationBins(random: SeededRandom, isRisk: boolean, rows: number): Calibration['bins'] {
  return Array.from({ length: 10 }, (_, i) => {
    const predictedMean = isRisk ? 0.05 + 0.06 * i + 0.002 * i * i : 0.475 + 0.011 * i;
    const count = Math.floor(rows / 10) + (isRisk ? Math.floor(40 * exp(-0.4 * i)) : 0);
    const observed = Math.min(0.98, Math.max(0.01, predictedMean + 0.03 * random.normal()));
    return { predictedMean, count, positives: Math.round(observed * count) };
  });
}

function decisions(random: SeededRandom, atMs: readonly number[], span: Span): DecisionsPart {
  const [followed, buyAndHold]: [number[], number[]] = [[], []];
  let [policy, market, volatility, isInvested] = [1, 1, 0.01, true];
  for (const _ of atMs) {
    const shock = random.normal();
    volatility = Math.sqrt(
      0.000003 + 0.88 * volatility * volatility + 0.09 * volatility * volatility * shock * shock,
    );
    const change = 0.0004 + volatility * shock;
    if (random.uniform() < 0.04) {
      isInvested = volatility < 0.011 || random.uniform() < 0.35;
      policy *= 0.9995;
    }
    market *= 1 + change;
    policy *= 1 + (isInvested ? change : 0);
    followed.push(policy);
    buyAndHold.push(market);
  }
  const equity = (values: readonly number[], sharpe: number, turnover: number, exposure: number): Equity => ({
    values,
    growth: (values.at(-1) as number) - 1,
    drawdownMax: greatestFall(values),
    sharpe: sharpe === 0 ? { value: 0, low: null, high: null } : around(sharpe, 0.9),
    turnover,
    exposure,
  });
  return {
    span,
    costPerSide: 0.0005,
    policy: { buyAtLeast: 0.532, sellAtMost: 0.481, riskAtMost: 0.44 },
    atMs,
    followed: equity(followed, 0.71, 42, 0.713),
    buyAndHold: equity(buyAndHold, 0.58, 1, 1),
    alwaysHold: equity(
      atMs.map(() => 1),
      0,
      0,
      0,
    ),
    deflatedSharpe: { probability: 0.62, trials: 120, looks: 3 },
    coverage: 0.996,
    actions: { BUY: 402, SELL: 163, HOLD: 524 },
    confusion: {
      detail: 'Thirds of the volatility of the last 20 sessions, cut on the training span.',
      outcomes: ['above the median', 'not above'],
      regimes: [
        { name: 'low', counts: { BUY: [151, 118], SELL: [12, 15], HOLD: [88, 81] } },
        { name: 'middle', counts: { BUY: [58, 47], SELL: [24, 29], HOLD: [96, 98] } },
        { name: 'high', counts: { BUY: [15, 13], SELL: [38, 45], HOLD: [79, 82] } },
      ],
    },
  };
}

function compression(): CompressionPart {
  const step = (
    form: string,
    sizes: readonly [number, number],
    change: number,
    flips: number,
    us: readonly [number, number],
    detail: string,
  ) => ({
    form,
    sizeBytes: sizes[0],
    gzippedBytes: sizes[1],
    onnxGzippedBytes: 2 * sizes[1],
    flipShare: flips,
    oppositeFlips: flips > 0.006 ? 2 : 0,
    actingShare: 0.52,
    heads: ['direction', 'risk'].map((name, h) => ({
      name,
      auc: (h === 0 ? 0.5312 : 0.7412) - change * 2,
      logLoss: (h === 0 ? 0.69301 : 0.46201) + change,
      ece: 0.0183 + change,
      logLossChange: around(change, 0.00006 + flips / 60),
    })),
    latencies: [
      { engine: 'onnxruntime-web', batchRows: 1, usPerRow: us[0] },
      { engine: 'onnxruntime-web', batchRows: 64, usPerRow: us[1] },
    ],
    detail,
  });
  return {
    chosen: 'int8 + ranked trees',
    bounds: { flipShareMax: 0.005, aucLossMax: 0.002 },
    rows: 131_072,
    rowsDetail: 'a smoothed bootstrap of the holdout',
    steps: [
      step('f32', [23_844, 9_912], 0, 0, [14.1, 3.92], 'reference'),
      step(
        'int8 weights',
        [18_020, 7_204],
        0.00001,
        0.0004,
        [14.6, 3.71],
        'within the bounds, larger than the chosen one',
      ),
      step(
        'int8 static',
        [17_310, 6_830],
        0.00004,
        0.0016,
        [12.9, 3.1],
        'within the bounds, larger than the chosen one',
      ),
      step(
        'int8 + ranked trees',
        [6_214, 2_151],
        0.00003,
        0.0011,
        [12.4, 1.84],
        'smallest within the bounds',
      ),
      step('pruned to 40 trees', [4_702, 1_640], 0.00041, 0.0074, [10.2, 1.31], 'flips above 0.5 %'),
      step('distilled student', [3_105, 1_388], 0.00093, 0.0121, [6.4, 0.92], 'flips above 0.5 %'),
    ],
  };
}

function greatestFall(values: readonly number[]): number {
  let [peak, fall] = [1, 0];
  for (const value of values) {
    peak = Math.max(peak, value);
    fall = Math.max(fall, 1 - value / peak);
  }
  return fall;
}

const around = (value: number, half: number): Estimate => ({ value, low: value - half, high: value + half });

function weekdays(fromMs: number, count: number): readonly number[] {
  const days: number[] = [];
  for (let atMs = fromMs; days.length < count; atMs += DAY_MS) {
    const weekday = weekdayOf(epochDayAt(atMs));
    if (weekday > 0 && weekday < 6) days.push(atMs);
  }
  return days;
}

const hash = (random: SeededRandom): string =>
  Array.from({ length: 8 }, () => random.uint32().toString(16).padStart(8, '0')).join('');
