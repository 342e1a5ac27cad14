import { readFile } from 'node:fs/promises';
import { exp } from '../../core/exp.ts';
import { log } from '../../core/log.ts';
import { SeededRandom } from '../../core/seeded-random.ts';
import type { Interval } from '../../stats/block-bootstrap.ts';
import { mannWhitneyP } from '../../stats/mann-whitney.ts';
import { quantile } from '../../stats/quantile.ts';
import type { SamplerOptions } from '../search/create-sampler.ts';
import type { Point, Space } from '../search/space.ts';
import { createStudy } from '../search/study.ts';
import { conditionalLoss, conditionalSpace } from './conditional-problem.ts';
import { spaceOf, type TestFunction, testFunctions } from './test-functions.ts';

export interface SearchProofOptions {
  /** Studies a function and sampler, ≥ 2. The bars are meant for 100. */
  readonly studies: number;
}

export interface SearchProof {
  /** All bars are met. */
  readonly passed: boolean;
  readonly samplers: readonly SamplerProof[];
  readonly conditional: readonly Comparison[];
  readonly lines: readonly string[];
}

export interface SamplerProof {
  readonly sampler: Sampler;
  /** Over the functions, of our median regret over Optuna's. */
  readonly ratioMean: number;
  readonly functions: readonly FunctionProof[];
}

export interface FunctionProof extends Comparison {
  readonly optunaMedian: number;
  readonly ratio: number;
  /** 95 %, by bootstrap over the studies of both. */
  readonly ratioInterval: Interval;
}

/** Regret after {@link TRIALS} trials against that of our own random search. */
export interface Comparison {
  readonly name: string;
  readonly median: number;
  readonly randomMedian: number;
  readonly betterThanRandomP: number;
}

type Sampler = 'tpe' | 'tpe_mv';

/** By Optuna's names in the file. */
const SAMPLERS: Readonly<Record<Sampler, SamplerOptions>> = {
  tpe: { kind: 'tpe', isMultivariate: false },
  tpe_mv: { kind: 'tpe', isMultivariate: true },
};

const TRIALS = 100;
const RATIO_MEAN_MAX = 1.1;
const RATIO_LOW_MAX = 1.5;
const P_MAX = 0.01;
const RESAMPLES = 2000;

/**
 * Our search against Optuna 5.0.0's: simple regret after 100 trials of the eight functions of
 * `datasets/optuna-regret.csv`, and, against random search alone, a mixed conditional space. The same figures on every run; 100 studies
 * take about 100 s of one core.
 */
export async function proveSearch({ studies }: SearchProofOptions): Promise<SearchProof> {
  const optuna = optunaRegrets(await readFile(REGRET_FILE, 'utf8'));
  const randomByFunction = new Map(
    testFunctions.map((fn) => [fn.name, functionRegrets(fn, { kind: 'random' }, studies)]),
  );
  const samplers = (Object.keys(SAMPLERS) as Sampler[]).map((sampler): SamplerProof => {
    const functions = testFunctions.map((fn): FunctionProof => {
      const ours = functionRegrets(fn, SAMPLERS[sampler], studies);
      const theirs = optuna.get(`${fn.name},${sampler}`) ?? [];
      const compared = comparison(fn.name, ours, randomByFunction.get(fn.name) ?? []);
      return { ...compared, ...ratioOf(ours, theirs) };
    });
    const logs = functions.reduce((sum, { ratio }) => sum + log(ratio), 0);
    return { sampler, ratioMean: exp(logs / functions.length), functions };
  });
  const conditional = proveConditional(studies);
  const passed = samplers.every(meetsBars) && conditional.every(beatsRandom);
  return { passed, samplers, conditional, lines: tableOf(samplers, conditional, studies) };
}

const REGRET_FILE = new URL('../../../datasets/optuna-regret.csv', import.meta.url);

/** Regrets after 100 trials, by `function,sampler`. */
function optunaRegrets(csv: string): ReadonlyMap<string, readonly number[]> {
  const regrets = new Map<string, number[]>();
  for (const line of csv.trim().split('\n').slice(1)) {
    const [, name, sampler, , , , regret100] = line.split(',');
    const key = `${name},${sampler}`;
    regrets.set(key, [...(regrets.get(key) ?? []), Number(regret100)]);
  }
  return regrets;
}

function functionRegrets(fn: TestFunction, sampler: SamplerOptions, studies: number): readonly number[] {
  const names = fn.bounds.map((_, i) => `x${i}`);
  const valueAt = (point: Point): number => fn.valueAt(names.map((name) => point[name] as number));
  return bestValues(spaceOf(fn), valueAt, sampler, studies).map((best) => best - fn.minimum);
}

/** The best value of each study; their seeds are 0, 1, … */
function bestValues(
  space: Space,
  valueAt: (point: Point) => number,
  sampler: SamplerOptions,
  studies: number,
): readonly number[] {
  return Array.from({ length: studies }, (_, seed) => {
    const study = createStudy({ space, sampler, seed });
    if (!study.ok) throw new RangeError(study.error);
    for (let i = 0; i < TRIALS; i += 1) {
      const trial = study.value.suggest();
      if (trial === undefined) break;
      study.value.report(trial.number, { kind: 'complete', value: valueAt(trial.point) });
    }
    return study.value.best()?.outcome.value ?? Number.NaN;
  });
}

function proveConditional(studies: number): readonly Comparison[] {
  const bestOf = (sampler: SamplerOptions): readonly number[] =>
    bestValues(conditionalSpace, conditionalLoss, sampler, studies);
  const random = bestOf({ kind: 'random' });
  return Object.entries(SAMPLERS).map(([name, sampler]) => comparison(name, bestOf(sampler), random));
}

const comparison = (name: string, ours: readonly number[], random: readonly number[]): Comparison => ({
  name,
  median: median(ours),
  randomMedian: median(random),
  betterThanRandomP: mannWhitneyP(ours, random),
});

function ratioOf(
  ours: readonly number[],
  theirs: readonly number[],
): Pick<FunctionProof, 'optunaMedian' | 'ratio' | 'ratioInterval'> {
  const random = new SeededRandom(1);
  const resample = (values: readonly number[]): number[] =>
    values.map(() => values[random.below(values.length)] as number);
  const ratios = Array.from({ length: RESAMPLES }, () => median(resample(ours)) / median(resample(theirs)));
  ratios.sort((a, b) => a - b);
  return {
    optunaMedian: median(theirs),
    ratio: median(ours) / median(theirs),
    ratioInterval: { low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) },
  };
}

const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

const beatsRandom = ({ median: ours, randomMedian, betterThanRandomP }: Comparison): boolean =>
  ours < randomMedian && betterThanRandomP < P_MAX;

const meetsBars = ({ ratioMean, functions }: SamplerProof): boolean =>
  ratioMean <= RATIO_MEAN_MAX &&
  functions.every((fn) => fn.ratioInterval.low <= RATIO_LOW_MAX && beatsRandom(fn));

function tableOf(
  samplers: readonly SamplerProof[],
  conditional: readonly Comparison[],
  studies: number,
): readonly string[] {
  const lines = [`Median simple regret after ${TRIALS} trials, ${studies} studies (Optuna 5.0.0: 100)`];
  for (const { sampler, ratioMean, functions } of samplers) {
    lines.push('', row([sampler, 'ours', 'Optuna', 'ratio', '95 %', 'random', 'p']));
    for (const fn of functions) {
      const { low, high } = fn.ratioInterval;
      const interval = `${low.toFixed(2)}-${high.toFixed(2)}`;
      lines.push(
        row([
          fn.name,
          fn.median.toPrecision(3),
          fn.optunaMedian.toPrecision(3),
          fn.ratio.toFixed(2),
          interval,
          fn.randomMedian.toPrecision(3),
          fn.betterThanRandomP.toExponential(0),
        ]),
      );
    }
    lines.push(`geometric mean of the ratios: ${ratioMean.toFixed(3)} (at most ${RATIO_MEAN_MAX})`);
  }
  lines.push('', `Mixed conditional space, best loss after ${TRIALS} trials`);
  lines.push(row(['', 'ours', 'random', 'p']));
  for (const { name, median: ours, randomMedian, betterThanRandomP } of conditional) {
    lines.push(row([name, ours.toFixed(5), randomMedian.toFixed(5), betterThanRandomP.toExponential(0)]));
  }
  return lines;
}

const row = (cells: readonly string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(12) : cell.padStart(11))).join('');
