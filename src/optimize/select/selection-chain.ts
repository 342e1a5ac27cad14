import { SeededRandom } from '../../core/seeded-random.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import { takeRows } from '../train/take-rows.ts';
import type { Fold } from '../validation/fold.ts';
import { type BorutaFeature, boruta } from './boruta.ts';
import { correlatedGroups } from './correlated-groups.ts';
import { dropUseless, type UsefulnessFeature } from './drop-useless.ts';
import type { FitScorer } from './fit-scorer.ts';
import type { FitTrees } from './fit-trees.ts';
import { dropRedundant } from './redundancy.ts';
import type { SelectionSettings } from './selection-settings.ts';
import { type FeatureGroup, shadowRound, shadowsOf } from './shadow-round.ts';
import { type SparedFeature, spareNeeded } from './spare-needed.ts';
import { type StabilityFeature, stability } from './stability.ts';

/** In their order. */
export const selectionSteps = ['shadow', 'redundancy', 'permutation', 'stability'] as const;
export type SelectionStepName = (typeof selectionSteps)[number];

export interface ChainOptions {
  readonly folds: readonly Fold[];
  readonly fitTrees: FitTrees;
  readonly fitScorer: FitScorer;
  readonly settings: SelectionSettings;
  readonly seed: number;
  /** Called before each step. */
  readonly onStep: (step: SelectionStepName) => void;
}

/** What each step found about the features that the steps before it had kept. */
export interface ChainFindings {
  readonly shadow: readonly BorutaFeature[];
  readonly redundancy: readonly SparedFeature[];
  readonly permutation: readonly UsefulnessFeature[];
  readonly stability: readonly StabilityFeature[];
}

/**
 * The four steps one after the other: what tells something at all, what the more important ones do not already
 * say, what lowers the model's loss on later rows, what most halves of the rows agree on. Redundancy comes before
 * the last two because copies share their importance, and look weak and fickle together.
 */
export function selectionChain(rows: LabelledRows, options: ChainOptions): ChainFindings {
  const { settings, fitTrees, fitScorer, folds, onStep } = options;
  const random = new SeededRandom(options.seed);
  onStep('shadow');
  const groups = correlatedGroups(rows, settings.groupR2Min);
  const { shadowRoundsMax: roundsMax, significance, blockLength, r2Min } = settings;
  const test = { candidates: groups, roundsMax, significance, blockLength, fitTrees, seed: random.uint32() };
  const shadow = boruta(rows, test);
  onStep('redundancy');
  const judges = { folds, fitScorer, seed: random.uint32() };
  const redundancy = spareNeeded(rows, dropRedundant(rows, { ranked: byImportance(shadow), r2Min }), judges);
  onStep('permutation');
  const permutation = dropUseless(rows, {
    ...judges,
    candidates: namesOf(redundancy, 'kept', 'needed'),
    repeats: settings.permutationRepeats,
    blockLength,
    resamples: settings.intervalResamples,
    confidence: settings.confidence,
    seed: random.uint32(),
  });
  onStep('stability');
  const useful = namesOf(permutation, 'useful');
  const standing = groups.map((group) => group.filter((feature) => useful.includes(feature)));
  const left = standing.filter((group) => group.length > 0);
  return { shadow, redundancy, permutation, stability: stabilityOf(rows, left, options, random.uint32()) };
}

/** Features in the run after each step, ascending. */
export function keptAfter(findings: ChainFindings): Readonly<Record<SelectionStepName, readonly number[]>> {
  return {
    shadow: byImportance(findings.shadow).toSorted(ascending),
    redundancy: namesOf(findings.redundancy, 'kept', 'needed').toSorted(ascending),
    permutation: namesOf(findings.permutation, 'useful').toSorted(ascending),
    stability: namesOf(findings.stability, 'stable').toSorted(ascending),
  };
}

const ascending = (a: number, b: number): number => a - b;

/** By group, then within it. */
export const mostImportantFirst = (a: BorutaFeature, b: BorutaFeature): number =>
  b.groupImportance - a.groupImportance || b.importance - a.importance || a.feature - b.feature;

/** Those that passed the shadow test, the most important first. A tentative one passes: the steps after it decide. */
function byImportance(shadow: readonly BorutaFeature[]): readonly number[] {
  return shadow
    .filter(({ verdict }) => verdict === 'accepted' || verdict === 'tentative')
    .toSorted(mostImportantFirst)
    .map(({ feature }) => feature);
}

function namesOf<V extends string>(
  findings: readonly { readonly feature: number; readonly verdict: V }[],
  ...verdicts: readonly V[]
): readonly number[] {
  return findings.filter((finding) => verdicts.includes(finding.verdict)).map(({ feature }) => feature);
}

/** On each half a short shadow test: a group is chosen by beating the best shadow in more than half of its rounds. */
function stabilityOf(
  rows: LabelledRows,
  groups: readonly FeatureGroup[],
  { settings, fitTrees }: ChainOptions,
  seed: number,
): readonly StabilityFeature[] {
  if (groups.length === 0) return [];
  const { stabilityResamples, stabilityRounds, stabilityShareMin, blockLength } = settings;
  const choose = (indices: Int32Array, halfSeed: number): readonly number[] => {
    const half = takeRows(rows, indices);
    const random = new SeededRandom(halfSeed);
    const hits = new Int32Array(groups.length);
    const round = { tried: groups, shadowed: shadowsOf(groups), blockLength, fitTrees, random };
    for (let r = 0; r < stabilityRounds; r += 1) {
      const { importances, bestShadow } = shadowRound(half, round);
      for (let k = 0; k < hits.length; k += 1) {
        if ((importances[k] as number) > bestShadow) hits[k] = (hits[k] as number) + 1;
      }
    }
    return groups.filter((_, k) => 2 * (hits[k] as number) > stabilityRounds).flat();
  };
  return stability({
    rowCount: rows.count,
    candidates: groups.flat(),
    resamples: stabilityResamples,
    shareMin: stabilityShareMin,
    seed,
    choose,
  });
}
