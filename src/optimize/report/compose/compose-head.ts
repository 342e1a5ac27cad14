import { pairedInterval } from '../../../stats/paired-gain.ts';
import { targetSentence, targetText } from '../../data/target.ts';
import { calibrationBins } from '../../measure/calibration-bins.ts';
import { scoreRows } from '../../measure/score-rows.ts';
import {
  BASE_RATE,
  type Comparison,
  type Estimate,
  type HeadPart,
  type MayBeAbsent,
  type Member,
  type Search,
  type Selection,
} from '../../optimization-report.ts';
import { blockLengthOf } from '../../pipeline/block-length.ts';
import { deriveSeed } from '../../pipeline/derive-seed.ts';
import type { MadeModel, Making } from '../../pipeline/make-model.ts';
import { memberSpace } from '../../pipeline/member-space.ts';
import type { SearchOutcome } from '../../pipeline/search-members.ts';
import { parameterImportance } from '../../search/parameter-importance.ts';
import type { Selection as Selected } from '../../select/select-features.ts';
import { memberNames } from '../../train/members.ts';
import { counted } from '../format.ts';
import { baseRateWords, ewmaSentence } from './compose-words.ts';

/** One head: how it was chosen, and what it is worth where it has not looked. */
export function composeHead(making: Making, made: MadeModel, h: number): HeadPart {
  const { seed } = making;
  const { learning, trained, outcome } = made;
  const fitted = trained.heads[h] as MadeModel['trained']['heads'][number];
  const held = outcome.heads[h] as MadeModel['outcome']['heads'][number];
  const question = learning.set.questions[h] as (typeof learning.set.questions)[number];
  const rows = { blockLength: blockLengthOf(learning.set), seed: deriveSeed(seed, 'report', h) };
  const { scores, labels, baseRate } = held;
  return {
    name: question.name,
    target: targetText(question.target),
    question: `Whether, ${targetSentence(question.target, fitted.labelling.hurdle).replaceAll(/-(?=\d)/g, '−')}.`,
    selection: composeSelection(fitted.selection, fitted.head.columns, learning.set.featureNames),
    search: composeSearch(making, fitted.search),
    parameters: fitted.search.point,
    members: composeMembers(fitted),
    folds: trained.folds.map(({ heads }) => scoreRows({ ...(heads[h] as (typeof heads)[number]), ...rows })),
    holdout: { ...scoreRows({ scores, labels, baseRate, ...rows }), gain: gainEstimate(held.gains) },
    comparisons: composeComparisons(held),
    calibration: calibrationBins(scores, labels),
  };
}

function composeSelection(
  selection: Selected | undefined,
  columns: readonly number[],
  names: readonly string[],
): MayBeAbsent<Selection> {
  if (selection === undefined) return { absent: 'it was not asked for' };
  const { ranking, steps, kept, findings } = selection;
  const importance = new Map(findings.shadow.map(({ feature, importance }) => [feature, importance]));
  const judged = new Map(findings.permutation.map((finding) => [finding.feature, finding]));
  const dropped = new Map(
    steps.flatMap(({ name, dropped }) =>
      dropped.map(({ feature, reason }) => [feature, `${name}: ${reason}`] as const),
    ),
  );
  return {
    measure: 'log-loss added by permuting it on later rows, nats',
    features: ranking.map((feature) => {
      const found = judged.get(feature);
      return {
        feature: names[feature] ?? String(feature),
        importance: found
          ? { value: found.importance, low: found.low, high: found.high }
          : { value: importance.get(feature) ?? null, low: null, high: null },
        kept: kept.includes(feature),
        used: columns.includes(feature),
        reason: dropped.get(feature) ?? 'passed every step',
      };
    }),
    steps: steps.map(({ name, kept: left, dropped: lost, effect }) => ({
      name,
      kept: left.length,
      dropped: lost.length,
      aucGain: difference(effect?.areaUnderCurve, 1),
      logLossGain: difference(effect?.logLoss, -1),
    })),
  };
}

/** With the kept ones less with all, turned so that above 0 is better. */
function difference(
  compared: { readonly difference: number; readonly low: number; readonly high: number } | undefined,
  sign: 1 | -1,
): Estimate {
  if (compared === undefined) return { value: null, low: null, high: null };
  const { difference: value, low, high } = compared;
  return sign === 1 ? { value, low, high } : { value: -value, low: -high, high: -low };
}

function composeSearch({ settings, seed }: Making, { trials }: SearchOutcome): MayBeAbsent<Search> {
  if (trials.length === 0)
    return { absent: 'no trials were asked for, so the middle of the space was taken' };
  return {
    sampler: settings.sampler,
    objective: 'log-loss of the mean of the members on walk-forward folds, nats',
    trials: trials.map(({ number, outcome }) =>
      outcome.kind === 'complete'
        ? { number, outcome: 'complete', value: outcome.value }
        : outcome.kind === 'pruned'
          ? { number, outcome: 'pruned', value: outcome.rungValues.at(-1) ?? null }
          : { number, outcome: 'failed', detail: 'its loss was not a number' },
    ),
    importance: parameterImportance({ space: memberSpace, trials, seed: deriveSeed(seed, 'importance') }),
    importanceMethod: 'functional ANOVA over a forest of regression trees (Hutter et al., 2014)',
  };
}

function composeMembers({ head, search }: MadeModel['trained']['heads'][number]): readonly Member[] {
  const { logistic, perceptron, trees } = head.members;
  const details = {
    logistic: `${logistic.weights.length} weights, ridge ${Number(search.point['ridge']).toPrecision(3)}`,
    perceptron: `${perceptron.hidden} hidden units, ${counted(search.epochs, 'epoch', 'epochs')}`,
    trees: `${trees.trees.length} trees, ${trees.trees.reduce((sum, tree) => sum + tree.leaf.length, 0)} leaves`,
  };
  return memberNames.map((name, m) => ({
    name,
    weight: head.combination.shares[m] ?? 0,
    detail: details[name],
  }));
}

function composeComparisons({
  name,
  gains,
  gainsOverEwma,
}: MadeModel['outcome']['heads'][number]): readonly Comparison[] {
  const base: Comparison = {
    baseline: BASE_RATE,
    gain: gainEstimate(gains),
    sentence: `The ${name} head ${baseRateWords(gains)}.`,
  };
  if (gainsOverEwma === undefined) return [base];
  return [
    base,
    { baseline: 'EWMA volatility', gain: gainEstimate(gainsOverEwma), sentence: ewmaSentence(gainsOverEwma) },
  ];
}

/** With the bounds that the gates go by. */
function gainEstimate(gains: Float64Array): Estimate {
  const { mean, low, high } = pairedInterval(gains);
  return { value: mean, low, high };
}
