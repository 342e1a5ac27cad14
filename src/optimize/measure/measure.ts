import { SeededRandom } from '../../core/seeded-random.ts';
import type { Manifest } from '../../models/bundle.ts';
import { areaUnderCurve } from '../../stats/area-under-curve.ts';
import { blockBootstrap, type Interval } from '../../stats/block-bootstrap.ts';
import type { Examples } from '../data/examples.ts';
import type { Labels } from '../data/labels.ts';
import type { Recipe } from '../recipe.ts';
import { logLoss } from '../train/log-loss.ts';
import type { Split } from '../validation/split.ts';
import { insideDomain } from './domain.ts';
import {
  type Action,
  type Equity,
  type EquityFigures,
  equityFigures,
  longOnlyEquity,
  policyActions,
} from './policy-equity.ts';

/** What was made and what it was measured to be worth. Shares are in [0, 1], losses in nats. */
export interface Report {
  readonly name: string;
  readonly seed: number;
  readonly source: string;
  readonly horizonBars: number;
  readonly hurdle: number;
  readonly costPerSide: number;
  readonly policy: Manifest['policy'];
  readonly parts: Readonly<Record<'train' | 'validation' | 'test', PartReport>>;
  /** Of the test part, 95 %, over blocks of 21 sessions. */
  readonly intervals: { readonly auc: Interval; readonly hitRate: Interval; readonly logLossGain: Interval };
  readonly quantization: QuantizationReport;
  /** Test part, money from 1. */
  readonly equity: Readonly<Record<'policy' | 'buyAndHold' | 'hold', EquityReport>>;
  /** The same recipe under several seeds: how much of the outcome is the draw. */
  readonly seeds: SeedSpread;
  readonly words: readonly string[];
}

interface SeedSpread {
  /** The released seed first. */
  readonly outcomes: readonly {
    readonly seed: number;
    readonly testAuc: number;
    readonly testGrowth: number;
  }[];
  readonly growthLow: number;
  readonly growthMedian: number;
  readonly growthHigh: number;
}

export interface PartReport {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly positiveShare: number;
  readonly auc: number;
  readonly logLoss: number;
  /** ln 2 less the log-loss: what the score knows beyond a coin. */
  readonly logLossGain: number;
  readonly brier: number;
  /** Share of rows where the score's side of ½ is the label's. */
  readonly hitRate: number;
  readonly buyShare: number;
  readonly sellShare: number;
  readonly outsideDomainShare: number;
}

interface QuantizationReport {
  readonly bytesF32: number;
  readonly bytesInt8: number;
  /** Share of all rows whose action differs between the f32 and the int8 model. */
  readonly flipShare: number;
  /** Rows where one says BUY and the other SELL. */
  readonly oppositeFlips: number;
  readonly scoreDifferenceMax: number;
  /** Greatest |f32 graph in onnxruntime − f64 from the parameters|: the export's own error. */
  readonly exportDifferenceMax: number;
}

export interface EquityReport extends EquityFigures {
  readonly turnover: number;
  readonly exposure: number;
  readonly curve: readonly number[];
}

/** Scores of one part of the split by each form of the model. */
export interface PartScores {
  /** From the trained parameters, f64. */
  readonly trained: Float64Array;
  /** The exported graph in onnxruntime. */
  readonly f32: Float32Array;
  /** The quantized graph in onnxruntime: what is served. */
  readonly int8: Float32Array;
}

export interface Scored {
  readonly train: PartScores;
  readonly validation: PartScores;
  readonly test: PartScores;
}

interface Measured {
  readonly recipe: Recipe;
  readonly seed: number;
  readonly split: Split;
  readonly labels: Labels;
  readonly scored: Scored;
  readonly policy: Manifest['policy'];
  readonly domain: Manifest['domain'];
  /** Reports of the same recipe under other seeds. */
  readonly others: readonly Report[];
  readonly sizes: { readonly f32: number; readonly int8: number };
}

export function measure(measured: Measured): Report {
  const { recipe, seed, split, labels, scored, policy, domain } = measured;
  const part = (name: 'train' | 'validation' | 'test'): PartReport =>
    measurePart(split[name], labels[name], scored[name].int8, policy, domain);
  const parts = { train: part('train'), validation: part('validation'), test: part('test') };
  const actions = servedActions(policy, domain, scored.test.int8, split.test);
  const run = (chosen: readonly Action[]): EquityReport =>
    equityReport(longOnlyEquity(chosen, split.test.nextReturns, recipe.costPerSide));
  const report = {
    name: recipe.name,
    seed,
    source: recipe.source.description,
    horizonBars: recipe.horizonBars,
    hurdle: labels.hurdle,
    costPerSide: recipe.costPerSide,
    policy,
    parts,
    intervals: testIntervals(scored.test.int8, labels.test, seed),
    quantization: measureQuantization(measured),
    equity: {
      policy: run(actions),
      buyAndHold: run(actions.map(() => 'BUY')),
      hold: run(actions.map(() => 'HOLD')),
    },
  };
  const whole = { ...report, seeds: overSeeds(report, measured.others) };
  return { ...whole, words: [...verdict(whole), ...recipe.caveats] };
}

/** How far the test part's outcome moves with the seed alone, the report's own included. */
function overSeeds(report: Pick<Report, 'seed' | 'parts' | 'equity'>, others: readonly Report[]): SeedSpread {
  const outcomes = [report, ...others].map(({ seed, parts, equity }) => ({
    seed,
    testAuc: roundTo6(parts.test.auc),
    testGrowth: roundTo6(equity.policy.growth),
  }));
  const growths = outcomes.map(({ testGrowth }) => testGrowth).sort((x, y) => x - y);
  const last = growths.length - 1;
  const at = (place: number): number => growths[place] ?? NaN;
  return {
    outcomes,
    growthLow: at(0),
    growthMedian: roundTo6((at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2),
    growthHigh: at(last),
  };
}

/** The figures that lie beside the model: out of sample, by name. */
export function measurementsOf(report: Report): Record<string, number> {
  const { test, validation } = report.parts;
  const { auc, hitRate } = report.intervals;
  const figures = {
    testExamples: test.count,
    testAuc: test.auc,
    testAucLow: auc.low,
    testAucHigh: auc.high,
    testLogLoss: test.logLoss,
    testBrier: test.brier,
    testHitRate: test.hitRate,
    testHitRateLow: hitRate.low,
    testHitRateHigh: hitRate.high,
    testBuyShare: test.buyShare,
    testSellShare: test.sellShare,
    testOutsideDomainShare: test.outsideDomainShare,
    testGrowth: report.equity.policy.growth,
    testGrowthSeedsLow: report.seeds.growthLow,
    testGrowthSeedsMedian: report.seeds.growthMedian,
    testGrowthSeedsHigh: report.seeds.growthHigh,
    seedsMeasured: report.seeds.outcomes.length,
    testGrowthBuyAndHold: report.equity.buyAndHold.growth,
    validationAuc: validation.auc,
    quantizationFlipShare: report.quantization.flipShare,
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, roundTo6(value)]));
}

/** Actions as the serving path gives them: HOLD outside the domain. */
function servedActions(
  policy: Manifest['policy'],
  domain: Manifest['domain'],
  scores: Float32Array,
  { features }: Examples,
): readonly Action[] {
  const inside = insideDomain(domain, features);
  return policyActions(policy, scores).map((action, i) => (inside[i] ? action : 'HOLD'));
}

function measurePart(
  examples: Examples,
  labels: Uint8Array,
  scores: Float32Array,
  policy: Manifest['policy'],
  domain: Manifest['domain'],
): PartReport {
  const actions = servedActions(policy, domain, scores, examples);
  const inside = insideDomain(domain, examples.features);
  const loss = logLoss(scores, labels);
  return {
    from: dateOf(examples.atMs.at(0)),
    to: dateOf(examples.atMs.at(-1)),
    count: examples.count,
    positiveShare: shareOf(labels, (label) => label === 1),
    auc: areaUnderCurve(scores, labels),
    logLoss: loss,
    logLossGain: Math.LN2 - loss,
    brier: meanOf(scores, (score, i) => (score - (labels[i] as number)) * (score - (labels[i] as number))),
    hitRate: shareOf(scores, (score, i) => isHit(score, labels[i])),
    buyShare: shareOf(actions, (action) => action === 'BUY'),
    sellShare: shareOf(actions, (action) => action === 'SELL'),
    outsideDomainShare: shareOf(inside, (isInside) => !isInside),
  };
}

function testIntervals(scores: Float32Array, labels: Uint8Array, seed: number): Report['intervals'] {
  const options = { count: scores.length, blockLength: 21, resamples: 1_000, confidence: 0.95 };
  const interval = (statistic: (indices: Int32Array) => number): Interval =>
    blockBootstrap({ ...options, random: new SeededRandom(seed) }, statistic);
  const hits = Float64Array.from(scores, (score, i) => (isHit(score, labels[i]) ? 1 : 0));
  const gains = Float64Array.from(scores, (_, i) => {
    return Math.LN2 - logLoss(scores.subarray(i, i + 1), labels.subarray(i, i + 1));
  });
  const drawnScores = new Float32Array(scores.length);
  const drawnLabels = new Uint8Array(scores.length);
  return {
    auc: interval((indices) => {
      indices.forEach((from, to) => {
        drawnScores[to] = scores[from] as number;
        drawnLabels[to] = labels[from] as number;
      });
      return areaUnderCurve(drawnScores, drawnLabels);
    }),
    hitRate: interval((indices) => meanOf(indices, (i) => hits[i] as number)),
    logLossGain: interval((indices) => meanOf(indices, (i) => gains[i] as number)),
  };
}

function measureQuantization({ scored, policy, sizes }: Measured): QuantizationReport {
  const parts: readonly PartScores[] = [scored.train, scored.validation, scored.test];
  let rows = 0;
  let flips = 0;
  let oppositeFlips = 0;
  let scoreDifferenceMax = 0;
  let exportDifferenceMax = 0;
  for (const { trained, f32, int8 } of parts) {
    const before = policyActions(policy, f32);
    const after = policyActions(policy, int8);
    rows += before.length;
    before.forEach((action, i) => {
      const other = after[i] as Action;
      if (action !== other) flips += 1;
      if (action !== other && action !== 'HOLD' && other !== 'HOLD') oppositeFlips += 1;
      const score = f32[i] as number;
      scoreDifferenceMax = Math.max(scoreDifferenceMax, Math.abs(score - (int8[i] as number)));
      exportDifferenceMax = Math.max(exportDifferenceMax, Math.abs(score - (trained[i] as number)));
    });
  }
  return {
    bytesF32: sizes.f32,
    bytesInt8: sizes.int8,
    flipShare: flips / rows,
    oppositeFlips,
    scoreDifferenceMax,
    exportDifferenceMax,
  };
}

const equityReport = (equity: Equity): EquityReport => ({
  ...equityFigures(equity),
  turnover: equity.turnover,
  exposure: equity.exposure,
  curve: Array.from(equity.curve, roundTo6),
});

/** What the figures allow to be said, in words that do not depend on who reads them. */
function verdict(report: Omit<Report, 'words'>): string[] {
  const { auc, logLossGain } = report.intervals;
  const { policy, buyAndHold } = report.equity;
  const ranks =
    auc.low > 0.5
      ? `Out of sample it ranks better than chance (95 % interval of the AUC ${auc.low.toFixed(3)} to ${auc.high.toFixed(3)}).`
      : `Out of sample it cannot be told from chance: the 95 % interval of the AUC, ${auc.low.toFixed(3)} to ${auc.high.toFixed(3)}, holds 0.5${auc.high < 0.5 ? ' or lies below it' : ''}.`;
  const knows =
    logLossGain.low > 0
      ? 'Its probabilities say more than a coin.'
      : 'Its probabilities are not shown to say more than a coin.';
  const earns = `Followed over the test part after costs it grew ${percent(policy.growth)} with a drawdown of ${percent(policy.drawdownMax)}, invested ${percent(policy.exposure)} of the time; holding grew ${percent(buyAndHold.growth)} with a drawdown of ${percent(buyAndHold.drawdownMax)}.`;
  const { bytesF32, bytesInt8, flipShare } = report.quantization;
  const cost = bytesInt8 < bytesF32 ? '' : ' (so few weights save less than the quantization nodes cost)';
  const quantized = `Quantized, the file has ${bytesInt8} bytes instead of ${bytesF32}${cost}, and ${percent(flipShare)} of all actions differ.`;
  const { outcomes, growthLow, growthMedian, growthHigh } = report.seeds;
  const better = outcomes.filter(({ testGrowth }) => testGrowth > roundTo6(policy.growth)).length;
  const draw = `Under ${outcomes.length} seeds the same recipe grew between ${percent(growthLow)} and ${percent(growthHigh)}, ${percent(growthMedian)} in the middle; the released one is number ${better + 1} of them. That spread is luck.`;
  return outcomes.length > 1 ? [ranks, knows, earns, draw, quantized] : [ranks, knows, earns, quantized];
}

const isHit = (score: number, label: number | undefined): boolean => score > 0.5 === (label === 1);

const shareOf = <T>(values: ArrayLike<T>, test: (value: T, index: number) => boolean): number =>
  meanOf(values, (value, i) => (test(value, i) ? 1 : 0));

function meanOf<T>(values: ArrayLike<T>, f: (value: T, index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += f(values[i] as T, i);
  return sum / values.length;
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const roundTo6 = (x: number): number => Math.round(x * 1e6) / 1e6;
const dateOf = (tMs: number | undefined): string => new Date(tMs ?? NaN).toISOString().slice(0, 10);
