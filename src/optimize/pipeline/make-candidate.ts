import { ok, type Result } from '../../core/result.ts';
import type { Manifest } from '../../models/manifest.ts';
import { ensembleTables } from '../export/ensemble-tables.ts';
import { choosePolicy } from '../measure/choose-policy.ts';
import { fitDomain } from '../measure/domain.ts';
import type { Recipe } from '../recipe.ts';
import { findLeaks, type Leaks } from '../validation/find-leaks.ts';
import { blockLengthOf } from './block-length.ts';
import type { ComparedRows } from './compare-forms.ts';
import { type CompressedModel, compressModel } from './compress-model.ts';
import { deriveSeed } from './derive-seed.ts';
import type { Executor } from './executor.ts';
import { expandingFolds } from './expanding-folds.ts';
import { modelFeatures } from './model-features.ts';
import type { Learning } from './prepare-learning.ts';
import type { FactorySettings } from './settings.ts';
import { type TrainedModel, trainModel } from './train-model.ts';
import type { WorkClock } from './work-clock.ts';

export interface CandidateMaking {
  readonly recipe: Recipe;
  /** Of the recipe; see `prepare-learning.ts`. */
  readonly learning: Learning;
  readonly settings: FactorySettings;
  readonly seed: number;
  readonly executor: Executor;
  readonly clock: WorkClock;
  /** Called as each stage begins. */
  readonly onStage: (stage: MakingStage) => void;
}

/** What a candidate goes through, in this order; `train` is most of the work that is spread over workers. */
export type MakingStage = 'train' | 'compress' | 'judge';

/** A model, and how it is to be used: all of it learnt or chosen on the development examples alone. */
export interface TrainedCandidate {
  readonly learning: Learning;
  readonly leaks: Leaks;
  readonly trained: TrainedModel;
  readonly policy: Manifest['policy'];
  readonly domain: Manifest['domain'];
}

/** The same in the form that would be served. */
export interface Candidate extends TrainedCandidate {
  readonly compressed: CompressedModel;
}

/** Nested walk-forward training → policy → compression. The holdout is not looked at. */
export async function makeCandidate(making: CandidateMaking): Promise<Result<Candidate, string>> {
  const candidate = await trainCandidate(making);
  if (!candidate.ok) return candidate;
  making.onStage('compress');
  const { learning, trained, policy, domain } = candidate.value;
  const compressed = compressModel({
    ...formComparison(making, policy, domain),
    searchesForms: making.settings.searchesForms,
    model: ensembleTables(trained.ensemble),
    fitted: comparedRows(learning, trained, learning.development),
    compared: comparedRows(learning, trained, outOfFoldIndices(trained)),
  });
  return compressed.ok ? ok({ ...candidate.value, compressed: compressed.value }) : compressed;
}

export async function trainCandidate(making: CandidateMaking): Promise<Result<TrainedCandidate, string>> {
  const { recipe, learning, settings, seed, executor, clock, onStage } = making;
  onStage('train');
  const { set, development: within } = learning;
  const trained = await trainModel({ set, within, settings, seed, executor, clock });
  if (!trained.ok) return trained;
  const leaks = leaksOf(recipe, learning, trained.value, seed);
  if (!leaks.ok) return leaks;
  const features = modelFeatures(set, trained.value, within);
  return ok({
    learning,
    leaks: leaks.value,
    trained: trained.value,
    policy: policyOf(recipe, learning, trained.value),
    domain: fitDomain(features, trained.value.columns.length, recipe.domainMargin),
  });
}

export const formComparison = (
  { learning, settings, seed }: CandidateMaking,
  policy: Manifest['policy'],
  domain: Manifest['domain'],
) => ({
  policy,
  domain,
  blockLength: blockLengthOf(learning.set),
  smoothedRows: settings.smoothedRows,
  seed: deriveSeed(seed, 'compress'),
});

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

export function comparedRows({ set }: Learning, trained: TrainedModel, indices: Int32Array): ComparedRows {
  return {
    features: modelFeatures(set, trained, indices),
    labels: trained.heads.map(({ labelling }) =>
      Uint8Array.from(indices, (index) => labelling.labels[index] as number),
    ),
  };
}

/** On folds of its own, so that however few folds were asked for, every feature is tried. */
function leaksOf(
  recipe: Recipe,
  { set, development: within }: Learning,
  { heads }: TrainedModel,
  seed: number,
): Result<Leaks, string> {
  const folds = expandingFolds(set, { within, foldCount: 3, firstTrainShare: 0.4 });
  if (!folds.ok) return folds;
  const leaks = findLeaks({
    bars: recipe.source.bars,
    featureSet: recipe.featureSet,
    featureNames: set.featureNames,
    features: set.features,
    labels: heads.map(({ head, labelling }, h) => ({
      head: head.name,
      labels: labelling.labels,
      spanBars: (set.questions[h]?.target.horizonBars ?? 0) + 1,
    })),
    folds: folds.value,
    seed: deriveSeed(seed, 'leaks'),
  });
  return ok(leaks);
}
