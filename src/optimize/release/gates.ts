import { type CompressionBounds, compressionBounds } from '../compress/choose-compression.ts';
import type { Gate } from '../optimization-report.ts';

/** What a candidate is worth, in nats a row, above 0 where it is better, and whether it came by it honestly. */
export interface WorthFacts {
  /** Features that change when only their future does. */
  readonly lookAhead: readonly string[];
  /** Features that foretell a label better than any honest one does. */
  readonly implausible: readonly string[];
  /** Mean over the nested folds of what all heads together gain over the base rates; NaN, and so refused, without folds. */
  readonly nestedGain: number;
  /** Each head on the holdout against what it has to beat. */
  readonly comparisons: readonly Comparison[];
  /** Chance of error that each comparison may spend: an equal part of what the look may (Bonferroni). */
  readonly levelEach: number;
  /** Upper bound at 2.5 % of each head's own gain over its base rate on the holdout. */
  readonly headGains: readonly { readonly name: string; readonly high: number }[];
  /** Upper bound at 2.5 % of what following it earns a session more than following what runs; undefined without. */
  readonly earnedMore: number | undefined;
}

/** A head against what it has to beat; better where both `gain` and `low` are above 0. */
export interface Comparison {
  readonly head: string;
  readonly reference: string;
  /** Mean log-loss of the reference less that of the head, in nats. */
  readonly gain: number;
  /** Lower bound, at `levelEach`, of the mean of what is tested. */
  readonly low: number;
  /** Chance of as much, were there nothing. */
  readonly pValue: number;
}

/** What would be served. */
export interface FormFacts {
  /** Share of the holdout on which the policy acts. */
  readonly actingShare: number;
  /** Greatest |f32 form − parameters in f64|, before anything is compressed. */
  readonly roundingDifferenceMax: number;
  /** Greatest |served graph in onnxruntime − its own reference|. */
  readonly exportDifferenceMax: number;
  /** Undefined where no compressed form was within the bounds, and so the f32 form is the candidate. */
  readonly compression:
    | { readonly flipShare: number; readonly opposites: number; readonly aucLoss: number }
    | undefined;
}

interface Verdict {
  readonly isReleased: boolean;
  readonly gates: readonly Gate[];
}

/**
 * Whether a candidate may be released: every gate must pass. A test bundle, which no production service takes, need
 * not be right, so what it gains is not asked; that it is exported, compressed and acts as said is.
 */
export function judgeCandidate(worth: WorthFacts, form: FormFacts, purpose: 'production' | 'test'): Verdict {
  const asked = worthGates(worth);
  const gates = [...(purpose === 'test' ? asked.map(waived) : asked), ...formGates(form)];
  return { isReleased: gates.every(({ passed }) => passed), gates };
}

/** The gates that chance must not pass. */
export const worthGates = (facts: WorthFacts): readonly Gate[] => [...leakGates(facts), ...gainGates(facts)];

const waived = (gate: Gate): Gate => ({
  ...gate,
  passed: true,
  waived: true,
});

const leakGates = ({ lookAhead, implausible }: WorthFacts): readonly Gate[] => [
  gate('no feature sees its future', lookAhead.length, 'equal', 0, 'count', listed(lookAhead)),
  gate('no feature is too good to be true', implausible.length, 'equal', 0, 'count', listed(implausible)),
];

function gainGates(facts: WorthFacts): readonly Gate[] {
  const { nestedGain, comparisons, levelEach, headGains, earnedMore } = facts;
  const earns =
    earnedMore === undefined
      ? []
      : [
          gate(
            'not shown to earn less than what runs',
            earnedMore,
            'at-least',
            0,
            'share',
            'upper 97.5 % bound of what a session of the holdout earns more: fails only where even that is a loss',
          ),
        ];
  return [
    gate(
      'better than its base rates in the nested folds',
      nestedGain,
      'above',
      0,
      'nats',
      'gain of all heads together, mean over the rows of all folds',
    ),
    gate(
      'better than what runs',
      comparisons.filter(({ gain, low }) => gain > 0 && low > 0).length,
      'at-least',
      1,
      'count',
      `heads that gain, and whose p is below ${percentText(levelEach)}: ${comparisons.map(comparisonText).join('; ')}`,
    ),
    ...headGains.map(({ name, high }) =>
      gate(
        `${name} not shown to be worse than its base rate`,
        high,
        'at-least',
        0,
        'nats',
        'upper 97.5 % bound of its gain on the holdout: fails only where even that is a loss',
      ),
    ),
    ...earns,
  ];
}

const comparisonText = ({ head, reference, gain, pValue }: Comparison): string =>
  `${head} over ${reference} ${gain.toFixed(5)} nats, p ${percentText(pValue)}`;

function formGates(facts: FormFacts): readonly Gate[] {
  const { actingShare, roundingDifferenceMax, exportDifferenceMax, compression } = facts;
  const { flipShareMax, aucLossMax }: CompressionBounds = compressionBounds;
  const acts = gate(
    'acts',
    actingShare,
    'at-least',
    ACTING_SHARE_MIN,
    'share',
    'BUY or SELL, of the holdout',
  );
  const rounded = gate(
    'the f32 form is what was trained',
    roundingDifferenceMax,
    'at-most',
    ROUNDING_DIFFERENCE_MAX,
    'plain',
    'greatest difference between its scores and those of the parameters in f64',
  );
  const exported = gate(
    'the served graph is the model',
    exportDifferenceMax,
    'at-most',
    EXPORT_DIFFERENCE_MAX,
    'plain',
    'greatest difference between onnxruntime and the reference of the same form',
  );
  if (compression === undefined) return [acts, rounded, exported];
  const { flipShare, opposites, aucLoss } = compression;
  return [
    acts,
    rounded,
    exported,
    gate('compression flips few decisions', flipShare, 'at-most', flipShareMax, 'share', ACTING_ROWS),
    gate('compression turns no BUY into SELL', opposites, 'equal', 0, 'count', ACTING_ROWS),
    gate(
      'compression ranks as well',
      aucLoss,
      'at-most',
      aucLossMax,
      'plain',
      'greatest fall of the AUC of a head on the holdout',
    ),
  ];
}

const ACTING_ROWS = 'of the smoothed rows of the holdout where either form acts';
/** Below it nobody would see the model work. */
const ACTING_SHARE_MIN = 0.05;
/** A row whose f32 value falls on the other side of a split would differ by a leaf, a thousand times as much. */
const ROUNDING_DIFFERENCE_MAX = 1e-5;
const EXPORT_DIFFERENCE_MAX = 1e-6;

function gate(
  name: string,
  statistic: number,
  sense: Gate['sense'],
  bound: number,
  unit: Gate['unit'],
  detail: string,
): Gate {
  return { name, passed: holds(statistic, sense, bound), statistic, bound, sense, unit, detail };
}

/** False for NaN, whatever the sense. */
function holds(statistic: number, sense: Gate['sense'], bound: number): boolean {
  switch (sense) {
    case 'above':
      return statistic > bound;
    case 'at-least':
      return statistic >= bound;
    case 'at-most':
      return statistic <= bound;
    case 'below':
      return statistic < bound;
    case 'equal':
      return statistic === bound;
  }
}

/** Of a confidence near 1: as many digits as tell it from 1. */
const percentText = (share: number): string => `${Number((100 * share).toFixed(4))} %`;

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
