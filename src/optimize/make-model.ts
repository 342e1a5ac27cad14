import { err, ok, type Result } from '../core/result.ts';
import { createOrtEngine } from '../inference/ort.ts';
import type { Manifest } from '../models/bundle.ts';
import { type BundleDraft, type Release, releaseBundle } from '../models/release.ts';
import { encodeModel } from '../onnx/model-proto.ts';
import { minMaxCalibrator } from './compress/min-max-calibrator.ts';
import { quantizeGraph } from './compress/quantize-graph.ts';
import { buildExamples, type Examples } from './data/examples.ts';
import { type Labels, labelSplit } from './data/labels.ts';
import { ensembleGraph, INPUT_NAME, OUTPUT_NAME } from './export/ensemble-graph.ts';
import { fitDomain } from './measure/domain.ts';
import { measure, type PartScores, type Report, type Scored } from './measure/measure.ts';
import { choosePolicy } from './measure/thresholds.ts';
import type { Recipe } from './recipe.ts';
import { type Ensemble, ensembleScores, trainEnsemble } from './train/ensemble.ts';
import { type Split, splitByTime } from './validation/split.ts';

interface Making {
  readonly recipe: Recipe;
  readonly seed: number;
  /** Ed25519 secret seed, 64 hex digits. */
  readonly signingKey: string;
  /** Of the source that runs; see release/code-commit.ts. */
  readonly codeCommit: string;
  /** Reports of the same recipe under other seeds, to be reported beside. */
  readonly others: readonly Report[];
  readonly progress: (line: string) => void;
}

interface MadeModel {
  readonly release: Release;
  readonly report: Report;
}

/**
 * The whole line: examples → split → train → export → quantize → choose thresholds → measure → release. Every
 * figure is of the released bytes, run by the engine that serves them.
 */
export async function makeModel({
  recipe,
  seed,
  signingKey,
  codeCommit,
  others,
  progress,
}: Making): Promise<Result<MadeModel, string>> {
  const examples = buildExamples(recipe.source.bars, recipe.featureSet, recipe.horizonBars);
  // A label ends `horizonBars` after its fill, which is one bar after the decision.
  const split = splitByTime(examples, recipe.shares, recipe.horizonBars + 1);
  const labels = labelSplit(split);
  progress(`${recipe.name}: ${examples.count} examples, ${split.train.count} to train on`);

  const ensemble = trainEnsemble(
    { features: split.train.features, labels: labels.train },
    { features: split.validation.features, labels: labels.validation },
    recipe.ensemble,
  );
  const models = exportModels(recipe, ensemble, split.train);
  if (!models.ok) return models;
  const { f32, int8 } = models.value;
  progress(`${recipe.name}: trained and quantized, ${f32.length} → ${int8.length} bytes`);

  const scored = await scoreSplit(ensemble, models.value, split);
  if (!scored.ok) return scored;
  const fitted = new Float32Array([...split.train.features, ...split.validation.features]);
  const domain = fitDomain(fitted, ensemble.standardiser, recipe.domainMargin);
  const { nextReturns } = split.validation;
  const policy = choosePolicy(
    recipe.thresholds,
    scored.value.validation.int8,
    nextReturns,
    recipe.costPerSide,
  );
  const sizes = { f32: f32.length, int8: int8.length };
  const report = measure({
    recipe,
    seed,
    split,
    labels,
    scored: scored.value,
    policy,
    domain,
    others,
    sizes,
  });
  const lineage = lineageOf(recipe, seed, codeCommit);
  const release = releaseBundle(draftOf(recipe, int8, labels, policy, domain, lineage), signingKey);
  if (!release.ok) return release;
  progress(`${recipe.name}: released ${release.value.bundle.version}`);
  return ok({ release: release.value, report });
}

interface ExportedModels {
  readonly f32: Uint8Array;
  readonly int8: Uint8Array;
}

function exportModels(recipe: Recipe, ensemble: Ensemble, train: Examples): Result<ExportedModels, string> {
  const graph = ensembleGraph(recipe.name, ensemble);
  const rows = { dims: [train.count, train.featureCount], values: train.features };
  const quantized = quantizeGraph(graph, {
    activations: {
      kind: 'static',
      batches: [new Map([[INPUT_NAME, rows]])],
      createCalibrator: minMaxCalibrator,
    },
    perChannel: true,
    bits: 8,
    scaleBytes: 4,
    skip: new Set(),
  });
  return quantized.ok ? ok({ f32: encodeModel(graph), int8: encodeModel(quantized.value) }) : quantized;
}

async function scoreSplit(
  ensemble: Ensemble,
  models: ExportedModels,
  split: Split,
): Promise<Result<Scored, string>> {
  const f32 = await createScorer(models.f32, ensemble);
  if (!f32.ok) return f32;
  const int8 = await createScorer(models.int8, ensemble);
  if (!int8.ok) return int8;
  const scorePart = async ({ features, count }: Examples): Promise<PartScores> => ({
    trained: ensembleScores(ensemble, features),
    f32: await f32.value(features, count),
    int8: await int8.value(features, count),
  });
  return ok({
    train: await scorePart(split.train),
    validation: await scorePart(split.validation),
    test: await scorePart(split.test),
  });
}

type Scorer = (rows: Float32Array, rowCount: number) => Promise<Float32Array>;

/** The model in the serving engine. A row it cannot score is a fault of the export, hence thrown. */
async function createScorer(bytes: Uint8Array, { standardiser }: Ensemble): Promise<Result<Scorer, string>> {
  const runnable = await createOrtEngine({}).prepare({
    bytes,
    inputName: INPUT_NAME,
    outputName: OUTPUT_NAME,
    featureCount: standardiser.mean.length,
    headCount: 1,
    probe: Float32Array.from(standardiser.mean),
  });
  if (!runnable.ok) return err(`${runnable.error.kind}: ${runnable.error.detail}`);
  return ok(async (rows, rowCount) => {
    const scores = await runnable.value.run(rows, rowCount);
    if (!scores.ok) throw new Error(`${scores.error.kind}: ${scores.error.detail}`);
    return scores.value;
  });
}

function draftOf(
  recipe: Recipe,
  model: Uint8Array,
  labels: Labels,
  policy: Manifest['policy'],
  domain: Manifest['domain'],
  lineage: Manifest['lineage'],
): BundleDraft {
  const { bars, description, sha256 } = recipe.source;
  return {
    name: recipe.name,
    purpose: recipe.purpose,
    model,
    featureSet: recipe.featureSet,
    heads: ['direction'],
    target: targetOf(recipe.horizonBars, labels.hurdle),
    symbols: [...recipe.symbols],
    interval: '1d',
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
    lineage,
  };
}

/** The recipe has its hyperparameters fixed, so nothing was tried. */
const lineageOf = ({ name }: Recipe, seed: number, codeCommit: string): Manifest['lineage'] => ({
  seed,
  recipe: `src/optimize/recipes.ts ${name}`,
  codeCommit,
  trials: 0,
  parameters: {},
  reproducible: true,
});

function targetOf(horizonBars: number, hurdle: number): string {
  const bars = horizonBars === 1 ? 'one bar' : `${horizonBars} bars`;
  const percent = (hurdle * 100).toFixed(4);
  return `from the next bar's open, the return over ${bars} lies above ${percent} %, the median of training`;
}

const dateOf = (tMs: number | undefined): string => new Date(tMs ?? NaN).toISOString().slice(0, 10);
