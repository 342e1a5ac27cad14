import { createBettingWealth } from '../stats/betting-wealth.ts';
import type { Interval } from '../stats/block-bootstrap.ts';
import { confidenceSequence } from '../stats/confidence-sequence.ts';
import { meanOf } from '../stats/mean-of.ts';
import type { Arm } from './experiment.ts';
import type { ExperimentTerms } from './experiment-terms.ts';
import { gainOf, pairedDifference, type Stance } from './paired-difference.ts';
import { type Span, settledBars } from './settled-bars.ts';

/** What an arm would have done on a bar, and the code of its HOLD. */
export interface ArmStance extends Stance {
  readonly code: string | null;
}

/** A trial with what came of it. */
export interface JudgedUnit extends Omit<Span, 'isSettled'> {
  readonly production: ArmStance;
  readonly candidate: ArmStance;
  /** The symbol's return over the horizon; null while none is known. */
  readonly outcome: number | null;
}

/** A mean, and between which bounds it lies at all times at once, at a chance of 1 − α. */
export interface MeanBetween extends Interval {
  /** Null of nothing. */
  readonly mean: number | null;
}

interface ArmResult {
  /** Return of a bar less costs, as a share of the value at full size, cut off at `gainMax` either way. */
  readonly gain: MeanBetween;
  /** Share of all trials on which it neither abstained nor failed. */
  readonly coverage: number | null;
  /** Share of all trials on which it was BUY or SELL. */
  readonly acting: number | null;
}

export interface ExperimentResults {
  readonly trials: number;
  /** Bars that the test has used. */
  readonly settled: number;
  /** Trials whose outcome is not known and matters. */
  readonly awaited: number;
  readonly arms: Readonly<Record<Arm, ArmResult>>;
  /** What a bar would have brought more with the candidate than with production; cut off as gains are. */
  readonly difference: MeanBetween;
  /** Highest e-values so far; one that reaches `needed` shows its case, at an error of α however often one looks. */
  readonly evidence: {
    readonly better: number;
    readonly worse: number;
    /** That the candidate abstains on more than a tenth more of the bars than production. */
    readonly drift: number;
    readonly needed: number;
  };
  /** `promote` is a finding: whoever may do so has to. `demote` is carried out by the service. */
  readonly decision: 'continue' | 'promote' | 'demote';
  readonly reason: string;
}

/** Abstentions beyond production's share that a candidate is allowed. */
const driftMax = 0.1;
const abstentions: ReadonlySet<string> = new Set(['OUT_OF_DOMAIN', 'FEATURES_UNDEFINED']);

/** What an experiment has shown, from trials that were made under its present terms. */
export function judgeExperiment(terms: ExperimentTerms, units: readonly JudgedUnit[]): ExperimentResults {
  const { alpha } = terms;
  const bars = settledBars(units.map((unit) => ({ ...unit, isSettled: isSettled(unit) })));
  const differences = bars.map((bar) => meanOf(bar.map((unit) => differenceOf(unit, terms))));
  const evidence = {
    better: evidenceFor(differences, 0),
    worse: evidenceFor(
      differences.map((difference) => -difference),
      0,
    ),
    drift: evidenceFor(driftOf(units), driftMax),
    needed: 1 / alpha,
  };
  return {
    trials: units.length,
    settled: bars.length,
    awaited: units.filter((unit) => !isSettled(unit)).length,
    arms: {
      production: armResult('production', units, bars, terms),
      candidate: armResult('candidate', units, bars, terms),
    },
    difference: meanBetween(differences, terms),
    evidence,
    ...decisionOf(units, evidence),
  };
}

/** Where both arms did the same, nothing is awaited: the difference is 0 whatever comes. */
const isSettled = ({ outcome, production, candidate }: JudgedUnit): boolean =>
  outcome !== null || (production.action === candidate.action && production.size === candidate.size);

const differenceOf = ({ candidate, production, outcome }: JudgedUnit, terms: ExperimentTerms): number =>
  outcome === null ? 0 : pairedDifference(candidate, production, outcome, terms);

/** Of each bar, how much more of its symbols the candidate abstained on; needs no outcome. */
function driftOf(units: readonly JudgedUnit[]): readonly number[] {
  const bars = settledBars(units.map((unit) => ({ ...unit, isSettled: true })));
  return bars.map((bar) =>
    meanOf(bar.map(({ candidate, production }) => abstains(candidate) - abstains(production))),
  );
}

const abstains = ({ code }: ArmStance): number => (code !== null && abstentions.has(code) ? 1 : 0);

function evidenceFor(observations: readonly number[], mean: number): number {
  const gambler = createBettingWealth(mean);
  for (const observation of observations) gambler.add(observation);
  return gambler.peak();
}

function decisionOf(
  units: readonly JudgedUnit[],
  { better, worse, drift, needed }: ExperimentResults['evidence'],
): Pick<ExperimentResults, 'decision' | 'reason'> {
  if (units.some(({ candidate }) => candidate.code === 'MODEL_FAILED')) {
    return { decision: 'demote', reason: 'the candidate failed on a row of the trained range' };
  }
  if (drift >= needed) return { decision: 'demote', reason: 'the candidate abstains on far more bars' };
  if (worse >= needed) return { decision: 'demote', reason: 'the candidate is shown to be worse' };
  if (better >= needed) return { decision: 'promote', reason: 'the candidate is shown to be better' };
  return { decision: 'continue', reason: 'nothing is shown yet' };
}

function armResult(
  arm: Arm,
  units: readonly JudgedUnit[],
  bars: readonly (readonly JudgedUnit[])[],
  terms: ExperimentTerms,
): ArmResult {
  const gains = bars.flatMap((bar) => {
    const known = bar.flatMap((unit) =>
      unit.outcome === null ? [] : [boundedGain(unit[arm], unit.outcome, terms)],
    );
    return known.length === 0 ? [] : [meanOf(known)];
  });
  const shareOf = (holds: (stance: ArmStance) => boolean): number | null =>
    units.length === 0 ? null : units.filter((unit) => holds(unit[arm])).length / units.length;
  return {
    gain: meanBetween(gains, terms),
    coverage: shareOf((stance) => abstains(stance) === 0 && stance.code !== 'MODEL_FAILED'),
    acting: shareOf(({ action }) => action !== 'HOLD'),
  };
}

const boundedGain = (
  stance: ArmStance,
  outcome: number,
  { roundTripCost, gainMax }: ExperimentTerms,
): number => Math.max(-1, Math.min(1, gainOf(stance, outcome, roundTripCost) / gainMax));

/** Of observations in units of the largest gain that counts, as returns. */
function meanBetween(observations: readonly number[], { alpha, gainMax }: ExperimentTerms): MeanBetween {
  const { low, high } = confidenceSequence(observations, alpha);
  return {
    mean: observations.length === 0 ? null : meanOf(observations) * gainMax,
    low: low * gainMax,
    high: high * gainMax,
  };
}
