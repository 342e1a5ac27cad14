import { canonicalJson } from '../../core/canonical-json.ts';
import { sha256Hex } from '../../core/digest.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { subsetOf } from '../../features/vector.ts';
import { createOrtEngine } from '../../inference/ort.ts';
import type { Bundle, Manifest } from '../../models/bundle.ts';
import { type BundleDraft, type Release, releaseBundle } from '../../models/release.ts';
import { encodeModel } from '../../onnx/model-proto.ts';
import { type PairedGain, pairedGain } from '../../stats/paired-gain.ts';
import { evaluateTables } from '../compress/evaluate-tables.ts';
import { INPUT_NAME, OUTPUT_NAME, tablesGraph } from '../compress/tables-graph.ts';
import { targetSentence, targetText } from '../data/target.ts';
import { ensembleTables } from '../export/ensemble-tables.ts';
import { choosePolicy } from '../measure/choose-policy.ts';
import { fitDomain } from '../measure/domain.ts';
import { rowLosses } from '../measure/score-rows.ts';
import type { Recipe } from '../recipe.ts';
import { type GateFacts, judgeCandidate } from '../release/gates.ts';
import type { Gate } from '../report/optimization-report.ts';
import { findLeaks, type Leaks } from '../validation/find-leaks.ts';
import type { HoldoutKey, Look } from '../validation/holdout-ledger.ts';
import {
  type ComparedForm,
  type ComparedRows,
  type CompressedModel,
  compareForms,
  compressModel,
} from './compress-model.ts';
import { deriveSeed } from './derive-seed.ts';
import type { Executor } from './executor.ts';
import { type HoldoutOutcome, judgeHoldout, modelFeatures, upperBound } from './judge-holdout.ts';
import { type Learning, prepareLearning } from './prepare-learning.ts';
import type { FactorySettings } from './settings.ts';
import { type TrainedModel, trainModel } from './train-model.ts';
import type { WorkClock } from './work-clock.ts';

export interface Making {
  readonly recipe: Recipe;
  readonly settings: FactorySettings;
  readonly seed: number;
  readonly executor: Executor;
  readonly clock: WorkClock;
  /** Called as each stage begins. */
  readonly onStage: (stage: StageName) => void;
  /** What runs under the recipe's name, to be beaten. */
  readonly incumbent: Bundle | undefined;
  /** Notes that the holdout is looked at, before it is. */
  readonly look: (key: HoldoutKey, candidate: string) => Promise<Result<Look, string>>;
  readonly signingKey: string;
  readonly codeCommit: string;
}

export const stageNames = ['prepare', 'train', 'compress', 'judge'] as const;
export type StageName = (typeof stageNames)[number];

/** A candidate with everything that was found about it. */
export interface MadeModel {
  readonly learning: Learning;
  readonly leaks: Leaks;
  readonly trained: TrainedModel;
  readonly policy: Manifest['policy'];
  readonly domain: Manifest['domain'];
  readonly compressed: CompressedModel;
  /** Every form on the holdout, in the order of `compressed.forms`. */
  readonly comparedForms: readonly ComparedForm[];
  readonly outcome: HoldoutOutcome;
  readonly look: Look;
  readonly gain: PairedGain;
  readonly gates: readonly Gate[];
  /** Whether every gate passed: only then may the release be written anywhere that serves. */
  readonly isReleased: boolean;
  readonly release: Release;
}

/**
 * The whole line: examples → nested walk-forward training → policy → compression → one look at the holdout → gates →
 * bundle. What is learnt or chosen comes from the development examples alone; every figure of the holdout is of the
 * form that would be served.
 */
export async function makeModel(making: Making): Promise<Result<MadeModel, string>> {
  const { recipe, settings, seed, executor, clock, onStage } = making;
  onStage('prepare');
  const learning = prepareLearning(recipe);
  if (!learning.ok) return err(`${recipe.name}: ${learning.error}`);
  onStage('train');
  const { set, development } = learning.value;
  const trained = await trainModel({ set, within: development, settings, seed, executor, clock });
  if (!trained.ok) return trained;
  const leaks = leaksOf(recipe, learning.value, trained.value, seed);
  onStage('compress');
  const policy = policyOf(recipe, learning.value, trained.value);
  const domain = fitDomain(
    modelFeatures(set, trained.value, development),
    trained.value.columns.length,
    recipe.domainMargin,
  );
  const compressed = compressModel({
    ...formComparison(making, policy, domain),
    model: ensembleTables(trained.value.ensemble),
    fitted: comparedRows(learning.value, trained.value, development),
    compared: comparedRows(learning.value, trained.value, outOfFoldIndices(trained.value)),
  });
  if (!compressed.ok) return compressed;
  onStage('judge');
  return judge(making, {
    learning: learning.value,
    leaks,
    trained: trained.value,
    policy,
    domain,
    compressed: compressed.value,
  });
}

type Candidate = Pick<
  MadeModel,
  'learning' | 'leaks' | 'trained' | 'policy' | 'domain' | 'compressed'
>;

async function judge(making: Making, candidate: Candidate): Promise<Result<MadeModel, string>> {
  const { recipe, incumbent } = making;
  const { learning, trained, policy, domain, compressed } = candidate;
  const { model } = compressed.chosen;
  const bytes = encodeModel(tablesGraph(recipe.name, model));
  const name = sha256Hex(
    canonicalJson({ model: sha256Hex(bytes), policy, domain, incumbent: incumbent?.hash ?? null }),
  );
  const key = holdoutKey(recipe, learning);
  const look = await making.look(key, name);
  if (!look.ok) return look;
  const level = look.value.alpha;
  const score = (rows: Float32Array): Float32Array => evaluateTables(model, rows);
  const outcome = await judgeHoldout({ recipe, learning, trained, score, policy, domain, incumbent });
  if (!outcome.ok) return outcome;
  const comparedForms = compareForms({
    ...formComparison(making, policy, domain),
    forms: compressed.forms,
    rows: comparedRows(learning, trained, learning.holdout),
  });
  if (!comparedForms.ok) return comparedForms;
  const served = await ortDifference(bytes, modelFeatures(learning.set, trained, learning.holdout), candidate);
  if (!served.ok) return served;
  const gain = pairedGain(outcome.value.gains, level);
  const facts = gateFacts(candidate, outcome.value, comparedForms.value, gain, level, served.value);
  const { gates, isReleased } = judgeCandidate(facts, recipe.purpose);
  const release = releaseBundle(draftOf(making, candidate, bytes), making.signingKey);
  if (!release.ok) return release;
  return ok({
    ...candidate,
    comparedForms: comparedForms.value,
    outcome: outcome.value,
    look: look.value,
    gain,
    gates,
    isReleased,
    release: release.value,
  });
}

const formComparison = (
  { recipe, seed }: Making,
  policy: Manifest['policy'],
  domain: Manifest['domain'],
) => ({
  policy,
  domain,
  blockLength: blockLengthOf(recipe),
  seed: deriveSeed(seed, 'compress'),
});

/** Rows over which a bootstrap keeps the order: a month of sessions, or more where labels reach further. */
export const blockLengthOf = ({ direction, risk }: Recipe): number =>
  Math.max(21, 2 * Math.max(direction.horizonBars, risk?.horizonBars ?? 0));

function policyOf(recipe: Recipe, { set }: Learning, { heads }: TrainedModel): Manifest['policy'] {
  const [direction, risk] = heads.map(({ outOfFold }) => outOfFold.scores);
  return choosePolicy({
    thresholds: recipe.thresholds,
    direction: direction as Float64Array,
    risk,
    nextReturns: Float64Array.from(
      (heads[0] as TrainedModel['heads'][number]).outOfFold.indices,
      (index) => set.nextReturns[index] as number,
    ),
    costPerSide: recipe.costPerSide,
  });
}

function outOfFoldIndices({ heads }: TrainedModel): Int32Array {
  return (heads[0] as TrainedModel['heads'][number]).outOfFold.indices;
}

function comparedRows({ set }: Learning, trained: TrainedModel, indices: Int32Array): ComparedRows {
  return {
    features: modelFeatures(set, trained, indices),
    labels: trained.heads.map(({ labelling }) =>
      Uint8Array.from(indices, (index) => labelling.labels[index] as number),
    ),
  };
}

function leaksOf(recipe: Recipe, learning: Learning, { folds, heads }: TrainedModel, seed: number): Leaks {
  return findLeaks({
    bars: recipe.source.bars,
    featureSet: recipe.featureSet,
    features: learning.set.features,
    labels: heads.map(({ head, labelling }, h) => ({
      head: head.name,
      labels: labelling.labels,
      spanBars: (learning.set.questions[h]?.target.horizonBars ?? 0) + 1,
    })),
    folds: folds.map(({ fold }) => fold),
    seed: deriveSeed(seed, 'leaks'),
  });
}

function holdoutKey(recipe: Recipe, { examples, holdout }: Learning): HoldoutKey {
  const at = (place: number): number => examples.atMs[holdout.at(place) as number] as number;
  return { dataSha256: recipe.source.sha256, fromMs: at(0), toMs: at(-1) };
}

/** Greatest difference between what the serving engine says of rows and what the factory measured. */
async function ortDifference(
  bytes: Uint8Array,
  rows: Float32Array,
  { domain, trained, compressed }: Candidate,
): Promise<Result<number, string>> {
  const featureCount = domain.min.length;
  const runnable = await createOrtEngine({}).prepare({
    bytes,
    inputName: INPUT_NAME,
    outputName: OUTPUT_NAME,
    featureCount,
    headCount: trained.heads.length,
    probe: Float32Array.from(domain.baseline),
  });
  const scores = runnable.ok ? await runnable.value.run(rows, rows.length / featureCount) : runnable;
  if (!scores.ok) return err(`${scores.error.kind}: ${scores.error.detail}`);
  const expected = evaluateTables(compressed.chosen.model, rows);
  return ok(
    scores.value.reduce((most, score, i) => Math.max(most, Math.abs(score - (expected[i] as number))), 0),
  );
}

function gateFacts(
  { leaks, trained, compressed }: Candidate,
  outcome: HoldoutOutcome,
  comparedForms: readonly ComparedForm[],
  gain: PairedGain,
  level: number,
  exportDifferenceMax: number,
): GateFacts {
  const { actions, heads, followed, incumbentFollowed, reference } = outcome;
  const form = comparedForms[compressed.forms.indexOf(compressed.chosen)]?.joint;
  return {
    ...leaks,
    nestedGain: nestedGain(trained),
    gain,
    reference,
    level,
    headGains: heads.map(({ name, gains }) => ({ name, high: upperBound(gains) })),
    earnedMore:
      incumbentFollowed &&
      upperBound(followed.returns.map((value, i) => value - (incumbentFollowed.returns[i] as number))),
    actingShare: actions.filter((action) => action !== 'HOLD').length / actions.length,
    exportDifferenceMax,
    compression:
      compressed.chosen === compressed.forms[0] || form === undefined
        ? undefined
        : { flipShare: form.flips.flipShare, opposites: form.flips.opposites, aucLoss: form.aucLoss },
  };
}

/** Mean over folds and rows of what all heads together gain over the base rates of their training. */
function nestedGain({ folds }: TrainedModel): number | undefined {
  if (folds.length === 0) return undefined;
  let sum = 0;
  let count = 0;
  for (const { heads, fold } of folds) {
    count += fold.test.length;
    for (const { scores, labels, baseRate } of heads) {
      const base = rowLosses(new Float64Array(labels.length).fill(baseRate), labels);
      rowLosses(scores, labels).forEach((loss, row) => {
        sum += (base[row] as number) - loss;
      });
    }
  }
  return sum / count;
}

function draftOf(making: Making, candidate: Candidate, model: Uint8Array): BundleDraft {
  const { recipe } = making;
  const { learning, trained, policy, domain } = candidate;
  const { bars, description, sha256 } = recipe.source;
  const names = trained.columns.map((column) => learning.set.featureNames[column] as string);
  const featureSet = subsetOf(recipe.featureSet, names);
  if (!featureSet.ok) throw new RangeError(featureSet.error);
  const [direction] = trained.heads as [TrainedModel['heads'][number]];
  return {
    name: recipe.name,
    purpose: recipe.purpose,
    model,
    featureSet: featureSet.value,
    heads: trained.heads.length === 1 ? ['direction'] : ['direction', 'risk'],
    target: targetSentence(recipe.direction, direction.labelling.hurdle),
    symbols: [...recipe.symbols],
    interval: recipe.interval,
    calendar: recipe.calendar,
    policy,
    domain,
    data: {
      source: description,
      sha256,
      rows: bars.length,
      from: dateOf(bars.at(0)?.tMs),
      to: dateOf(bars.at(-1)?.tMs),
    },
    lineage: lineageOf(making, candidate),
  };
}

/** How to make the same bytes again. */
function lineageOf(
  { recipe, settings, seed, codeCommit }: Making,
  { trained, compressed }: Candidate,
): Manifest['lineage'] {
  const { direction, risk } = recipe;
  return {
    seed,
    recipe: recipe.name,
    codeCommit,
    trials: settings.trials,
    parameters: {
      target: targetText(direction),
      riskTarget: risk === undefined ? 'none' : targetText(risk),
      sampler: settings.sampler,
      selection: settings.selection,
      innerFolds: settings.innerFolds,
      outerFolds: settings.outerFolds,
      trialsInBatch: settings.trialsInBatch,
      holdoutShare: recipe.holdoutShare,
      costPerSide: recipe.costPerSide,
      compression: compressed.chosen.name,
      ...Object.fromEntries(trained.heads.flatMap(parametersOf)),
    },
    reproducible: !trained.isCut,
  };
}

const parametersOf = ({ head, search }: TrainedModel['heads'][number]): [string, number | string][] => [
  [`${head.name}.epochs`, search.epochs],
  [`${head.name}.trees`, search.trees],
  ...Object.entries(search.point).map(([name, value]): [string, number | string] => [
    `${head.name}.${name}`,
    typeof value === 'boolean' ? String(value) : value,
  ]),
];

const dateOf = (tMs: number | undefined): string => new Date(tMs ?? NaN).toISOString().slice(0, 10);
