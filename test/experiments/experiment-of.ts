import type { Experiment } from '../../src/experiments/experiment.ts';
import type { ExperimentTerms } from '../../src/experiments/experiment-terms.ts';

const common = {
  symbols: ['DEMO'],
  candidate: { name: 'candidate', version: '0'.repeat(12) },
  horizonBars: 1,
  roundTripCost: 0.001,
  gainMax: 0.02,
  alpha: 0.05,
};

export const shadowTerms: ExperimentTerms = { kind: 'shadow', ...common };
export const abTerms = (share: number): ExperimentTerms => ({ kind: 'ab', ...common, share });
export const canaryTerms = (share: number, sizeMax: number): ExperimentTerms => ({
  kind: 'canary',
  ...common,
  share,
  sizeMax,
});

/** A running experiment, for tests of what stands around it. */
export const experimentOf = (terms: ExperimentTerms, change: Partial<Experiment> = {}): Experiment => ({
  name: 'e1',
  epoch: 3,
  trialEpoch: 2,
  state: 'running',
  terms,
  changedAtMs: 0,
  changedBy: 'k',
  reason: 'r',
  ...change,
});
