import type { Measured } from './interleave.ts';

export interface Metric {
  /** With its unit last, as it heads the column, e.g. `p99 ms`. */
  readonly name: string;
  readonly better: 'higher' | 'lower';
  /** Whether the ratio to the baseline says something. */
  readonly isCompared: boolean;
}

interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One metric of one subject over the rounds. */
export interface Series extends Spread {
  readonly subject: string;
  readonly metric: string;
  /** Raw samples, one a round, in order. */
  readonly samples: readonly number[];
  /** Of the ratios sample ÷ baseline's sample of the same round. */
  readonly ratio: (Spread & { readonly baseline: string; readonly perRound: readonly number[] }) | null;
}

/** Every metric of every subject that was sampled in all rounds, in the order of the subjects. */
export function seriesOf(measured: readonly Measured[], metrics: readonly Metric[]): readonly Series[] {
  return measured.flatMap((one) =>
    metrics.flatMap((metric) => {
      const samples = samplesOf(one, metric.name);
      if (!samples) return [];
      const { subject } = one;
      const ratio = metric.isCompared ? ratioOf(one, metric.name, measured) : null;
      return [{ subject, metric: metric.name, samples, ...spreadOf(samples), ratio }];
    }),
  );
}

/** Throws on no values. */
function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) throw new RangeError('there are no values');
  const upper = sorted[sorted.length >> 1] ?? max;
  const lower = sorted[(sorted.length - 1) >> 1] ?? min;
  return { median: (lower + upper) / 2, min, max };
}

function samplesOf(measured: Measured, metric: string): readonly number[] | undefined {
  const samples = measured.samples.map((sample) => sample[metric]);
  const present = samples.filter((value) => value !== undefined);
  return present.length === samples.length && present.length > 0 ? present : undefined;
}

function ratioOf(one: Measured, metric: string, all: readonly Measured[]): Series['ratio'] {
  const baseline = all.find(({ subject }) => subject === one.baseline);
  const below = baseline && samplesOf(baseline, metric);
  const above = samplesOf(one, metric);
  if (!baseline || !below || !above) return null;
  const perRound = above.map((value, round) => value / (below[round] ?? Number.NaN));
  return { baseline: baseline.subject, perRound, ...spreadOf(perRound) };
}
