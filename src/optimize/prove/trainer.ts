import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { err, ok, type Result } from '../../core/result.ts';
import { SeededRandom } from '../../core/seeded-random.ts';
import { sigmoid } from '../../core/sigmoid.ts';
import { areaUnderCurve } from '../../stats/area-under-curve.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import { trainTrees } from '../train/trees/train-trees.ts';
import type { TreeEnsemble } from '../train/trees/tree-ensemble.ts';
import { treeLogits } from '../train/trees/tree-logits.ts';
import { plainTreeOptions } from '../train/trees/tree-options.ts';
import { startSklearn } from './sklearn-process.ts';

interface TrainerProofOptions {
  /** Of the data. */
  readonly seed: number;
  /** Fits of each side, taken in turns, ≥ 1. */
  readonly rounds: number;
  /** The command of a Python that has scikit-learn. */
  readonly python: string;
}

interface TrainerProof {
  readonly passed: boolean;
  readonly figures: TrainerFigures | undefined;
  readonly lines: readonly string[];
}

interface TrainerFigures {
  readonly aucOurs: number;
  readonly aucTheirs: number;
  /** Of the medians of wall time, ours ÷ theirs. */
  readonly timeRatio: number;
  /** The same of processor time, all threads of each process. */
  readonly processorRatio: number;
}

const TRAIN_ROWS = 50_000;
const TEST_ROWS = 20_000;
const WIDTH = 32;
const AUC_DIFFERENCE_MAX = 0.002;
const TIME_RATIO_MAX = 2;

/**
 * The tree trainer beside scikit-learn's HistGradientBoostingClassifier: the same rows and settings, one thread
 * each, fits in turns in one run. A fit is everything from raw rows to the ensemble, binning included. Passes
 * where the areas under the ROC curve on held-out rows differ by at most 0.002 and ours takes at most twice
 * the time.
 */
export async function proveTrainer(options: TrainerProofOptions): Promise<TrainerProof> {
  const train = trainerRows(options.seed, TRAIN_ROWS);
  const test = trainerRows(options.seed + 1, TEST_ROWS);
  const folder = await mkdtemp(join(tmpdir(), 'trainer-'));
  try {
    await writeFile(join(folder, 'train-features.f32'), bytesOf(train.features));
    await writeFile(join(folder, 'train-labels.u8'), train.labels);
    await writeFile(join(folder, 'test-features.f32'), bytesOf(test.features));
    const compared = await compare(options, folder, train, test);
    return compared.ok
      ? judged(compared.value)
      : { passed: false, figures: undefined, lines: [`scikit-learn could not be run: ${compared.error}`] };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Rows of independent normal features. Eight of them speak, in products, squares, steps and sums; the label is
 * drawn with the probability they give. What interacts also speaks alone: a product by itself is found by a
 * greedy tree only by luck, and two trainers then differ by up to 0.009 in area, to either side.
 */
function trainerRows(seed: number, count: number): LabelledRows {
  const random = new SeededRandom(seed);
  const features = new Float32Array(count * WIDTH);
  const labels = new Uint8Array(count);
  for (let row = 0; row < count; row += 1) {
    const own = features.subarray(row * WIDTH, (row + 1) * WIDTH);
    for (let feature = 0; feature < WIDTH; feature += 1) own[feature] = random.normal();
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = own;
    const logit = a + a * b + 0.5 * b + c - 0.5 * d * d + (e > 0 ? f : 0) + g * Math.min(Math.abs(h), 2);
    labels[row] = random.uniform() < sigmoid(logit) ? 1 : 0;
  }
  return { count, width: WIDTH, features, labels, weights: new Float64Array(count).fill(1) };
}

interface FitTime {
  /** Both in seconds. */
  readonly wall: number;
  readonly processor: number;
}

interface Comparison {
  readonly ours: readonly FitTime[];
  readonly theirs: readonly FitTime[];
  readonly aucOurs: number;
  readonly aucTheirs: number;
  readonly version: string;
}

async function compare(
  { python, rounds }: TrainerProofOptions,
  folder: string,
  train: LabelledRows,
  test: LabelledRows,
): Promise<Result<Comparison, string>> {
  const sklearn = startSklearn({ python, folder, width: WIDTH, settings: SKLEARN_SETTINGS });
  const ours: FitTime[] = [];
  const theirs: FitTime[] = [];
  let ensemble: TreeEnsemble | undefined;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const answer = await sklearn.ask('fit');
      if (!answer.ok) return answer;
      theirs.push({ wall: Number(answer.value['wall']), processor: Number(answer.value['processor']) });
      const fit = timedFit(train);
      ours.push(fit.time);
      ensemble = fit.ensemble;
    }
    const scored = await sklearn.ask('score');
    if (!scored.ok) return scored;
    if (!ensemble) return err('no round was asked for');
    const theirLogits = await readDoubles(join(folder, 'test-logits.f64'));
    return ok({
      ours,
      theirs,
      aucOurs: areaUnderCurve(treeLogits(ensemble, test.features), test.labels),
      aucTheirs: areaUnderCurve(theirLogits, test.labels),
      version: String(scored.value['version']),
    });
  } finally {
    sklearn.stop();
  }
}

/** The settings of {@link plainTreeOptions} under scikit-learn's names. */
const SKLEARN_SETTINGS = {
  max_iter: plainTreeOptions.treesMax,
  max_leaf_nodes: plainTreeOptions.leavesMax,
  max_depth: null,
  max_bins: plainTreeOptions.binsMax,
  learning_rate: plainTreeOptions.learningRate,
  min_samples_leaf: plainTreeOptions.rowsInLeafMin,
  l2_regularization: plainTreeOptions.l2,
};

function timedFit(train: LabelledRows): { readonly time: FitTime; readonly ensemble: TreeEnsemble } {
  const startMs = performance.now();
  const startUsage = process.cpuUsage();
  const ensemble = trainTrees(train, undefined, plainTreeOptions);
  const { user, system } = process.cpuUsage(startUsage);
  const wall = (performance.now() - startMs) / 1000;
  return { time: { wall, processor: (user + system) / 1e6 }, ensemble };
}

function judged(comparison: Comparison): TrainerProof {
  const { ours, theirs, aucOurs, aucTheirs, version } = comparison;
  const wall = (times: readonly FitTime[]): Spread => spreadOf(times.map((time) => time.wall));
  const processor = (times: readonly FitTime[]): Spread => spreadOf(times.map((time) => time.processor));
  const timeRatio = wall(ours).median / wall(theirs).median;
  const processorRatio = processor(ours).median / processor(theirs).median;
  const difference = aucOurs - aucTheirs;
  const passed = Math.abs(difference) <= AUC_DIFFERENCE_MAX && timeRatio <= TIME_RATIO_MAX;
  const { treesMax, leavesMax, binsMax } = plainTreeOptions;
  return {
    passed,
    figures: { aucOurs, aucTheirs, timeRatio, processorRatio },
    lines: [
      `${TRAIN_ROWS} × ${WIDTH} rows, ${treesMax} trees × ${leavesMax} leaves, ${binsMax} bins, one thread, ${ours.length} rounds`,
      `                  median (min-max) wall       processor      AUC on ${TEST_ROWS} rows`,
      `ours              ${wall(ours).text}   ${processor(ours).text}   ${aucOurs.toFixed(5)}`,
      `scikit-learn ${version}  ${wall(theirs).text}   ${processor(theirs).text}   ${aucTheirs.toFixed(5)}`,
      `time ${timeRatio.toFixed(2)} × by the wall (at most ${TIME_RATIO_MAX}), ${processorRatio.toFixed(2)} × of processors; AUC ${difference.toFixed(5)} (at most ±${AUC_DIFFERENCE_MAX})`,
      passed ? 'passed' : 'failed',
    ],
  };
}

interface Spread {
  readonly median: number;
  readonly text: string;
}

function spreadOf(seconds: readonly number[]): Spread {
  const sorted = [...seconds].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const median = ((sorted[Math.ceil(half) - 1] as number) + (sorted[Math.floor(half)] as number)) / 2;
  const [min, max] = [sorted[0] as number, sorted.at(-1) as number];
  return { median, text: `${median.toFixed(2)} s (${min.toFixed(2)}-${max.toFixed(2)})` };
}

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

async function readDoubles(path: string): Promise<Float64Array> {
  const file = await readFile(path);
  return new Float64Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
}
