import { mannWhitneyP } from '../../src/stats/mann-whitney.ts';
import type { Result } from './result-file.ts';

export interface Comparison {
  readonly subject: string;
  readonly metric: string;
  readonly before: number;
  readonly after: number;
  /** Median now ÷ median then. */
  readonly ratio: number;
  /** Two-sided, Mann-Whitney. */
  readonly p: number;
  readonly verdict: 'better' | 'worse' | '~';
}

/** As benchstat has it. Five rounds against five can reach 0.008, three against three only 0.1. */
const SIGNIFICANT_P = 0.05;

/** What both runs measured, in the order of the newer. The runs were not interleaved: drift is in the ratio. */
export function compareResults(before: Result, after: Result): readonly Comparison[] {
  if (before.suite !== after.suite) {
    throw new Error(`the earlier result is of the suite ${before.suite}, this one of ${after.suite}`);
  }
  return after.series.flatMap((now) => {
    const then = before.series.find(
      ({ subject, metric }) => subject === now.subject && metric === now.metric,
    );
    const metric = after.metrics.find(({ name }) => name === now.metric);
    if (!then || !metric?.isCompared) return [];
    const p = mannWhitneyP(then.samples, now.samples);
    const isHigher = now.median > then.median;
    const isBetter = isHigher === (metric.better === 'higher');
    const verdict = p >= SIGNIFICANT_P ? '~' : isBetter ? 'better' : 'worse';
    const { subject } = now;
    const ratio = now.median / then.median;
    return [{ subject, metric: metric.name, before: then.median, after: now.median, ratio, p, verdict }];
  });
}
