import { SeededRandom } from '../../core/seeded-random.ts';
import { areaUnderCurve } from '../../stats/area-under-curve.ts';
import { blockBootstrap, type Interval } from '../../stats/block-bootstrap.ts';
import { blockPermutation } from '../select/block-permutation.ts';
import { ColumnBasis, standardised } from '../select/column-basis.ts';
import { selectFeatures } from '../select/select-features.ts';
import { type SelectionSettings, thoroughSelection } from '../select/selection-settings.ts';
import { selectionTrees } from '../select/selection-trees.ts';
import { treeScorer } from '../select/tree-scorer.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import { takeColumns } from '../train/take-columns.ts';
import { takeRows } from '../train/take-rows.ts';
import { trainTrees } from '../train/trees/train-trees.ts';
import { plainTreeOptions } from '../train/trees/tree-options.ts';
import { type Madelon, type MadelonOptions, madelon } from './madelon.ts';

export interface ProveSelectionOptions {
  /** `selectionSets` are the ones that the bars are for. */
  readonly sets: readonly SelectionSet[];
  /** One problem of each set and one selection on shuffled labels a seed. */
  readonly seeds: readonly number[];
  /** A line for each seed as it is done. */
  readonly print: (line: string) => void;
}

export interface SelectionProof {
  readonly passed: boolean;
  readonly sets: readonly SetProof[];
  /** The table, ready to be printed. */
  readonly lines: readonly string[];
}

interface SetProof {
  readonly name: string;
  readonly seeds: readonly SeedProof[];
  readonly droppedShare: MeanOfSeeds;
  readonly areaChange: MeanOfSeeds;
  readonly reconstruction: MeanOfSeeds;
  readonly keptOfNoise: MeanOfSeeds;
  readonly passed: boolean;
}

interface MeanOfSeeds extends Interval {
  readonly mean: number;
}

interface SeedProof {
  readonly seed: number;
  readonly keptCount: number;
  /** Share of the kept features that are informative or redundant, NaN when none is kept. */
  readonly relevantShare: number;
  readonly droppedShare: number;
  /** Area under the curve on the test rows with all features, and the change by keeping the chosen ones alone. */
  readonly areaWithAll: number;
  readonly areaChange: number;
  /** Of all informative features, the least R² of a linear regression on the kept ones over the test rows. */
  readonly reconstruction: number;
  /** Features kept when the labels are shuffled. */
  readonly keptOfNoise: number;
}

export interface SelectionSet extends Omit<MadelonOptions, 'seed'> {
  readonly name: string;
}

/** The sets of the reference run: 12 of 40 and 16 of 100 features are relevant. */
export const selectionSets: readonly SelectionSet[] = [
  {
    name: '40 features, 12 relevant',
    featureCount: 40,
    informativeCount: 8,
    redundantCount: 4,
    separation: 0.85,
  },
  {
    name: '100 features, 16 relevant',
    featureCount: 100,
    informativeCount: 10,
    redundantCount: 6,
    separation: 0.8,
  },
].map((set) => ({ ...set, rowCount: 3_000, clustersPerClass: 4, flipShare: 0.01 }));

const TRAIN_ROWS = 2_000;

const settings: SelectionSettings = { ...thoroughSelection, measuresEffects: false };

/** What is judged: boosted trees as large as such a problem repays. */
const fitScorer = treeScorer((rows, seed) =>
  trainTrees(rows, undefined, { ...plainTreeOptions, seed, leavesMax: 8, binsMax: 64, l2: 1 }),
);

/**
 * Shows what selection is for on problems whose answer is known: it drops at least 70 % of the features, the model
 * does not get worse, the kept features hold all that the labels were made of (R² ≥ 0.95), and of labels that
 * nothing explains it keeps less than one feature. Bars are on the mean over the seeds.
 */
export async function proveSelection(options: ProveSelectionOptions): Promise<SelectionProof> {
  const proofs = options.sets.map((set) => proveSet(set, options));
  return {
    passed: proofs.every(({ passed }) => passed),
    sets: proofs,
    lines: proofs.flatMap(linesOf),
  };
}

function proveSet(set: SelectionSet, { seeds, print }: ProveSelectionOptions): SetProof {
  const results = seeds.map((seed) => {
    const result = proveSeed(set, seed);
    print(`${set.name}, ${lineOf(result)}`);
    return result;
  });
  const means = {
    droppedShare: meanOf(results, ({ droppedShare }) => droppedShare),
    areaChange: meanOf(results, ({ areaChange }) => areaChange),
    reconstruction: meanOf(results, ({ reconstruction }) => reconstruction),
    keptOfNoise: meanOf(results, ({ keptOfNoise }) => keptOfNoise),
  };
  const passed =
    means.droppedShare.mean >= 0.7 &&
    means.areaChange.mean >= 0 &&
    means.reconstruction.mean >= 0.95 &&
    means.keptOfNoise.mean < 1;
  return { name: set.name, seeds: results, ...means, passed };
}

function proveSeed(set: SelectionSet, seed: number): SeedProof {
  const problem = madelon({ ...set, seed });
  const train = takeRows(
    problem.rows,
    Int32Array.from({ length: TRAIN_ROWS }, (_, i) => i),
  );
  const testCount = set.rowCount - TRAIN_ROWS;
  const test = takeRows(
    problem.rows,
    Int32Array.from({ length: testCount }, (_, i) => TRAIN_ROWS + i),
  );
  const kept = keptOf(train, seed);
  const relevant = new Set([...problem.informative, ...problem.redundant]);
  const every = Array.from({ length: set.featureCount }, (_, feature) => feature);
  const areaWithAll = testArea(train, test, every, seed);
  return {
    seed,
    keptCount: kept.length,
    relevantShare: kept.filter((feature) => relevant.has(feature)).length / kept.length,
    droppedShare: 1 - kept.length / set.featureCount,
    areaWithAll,
    areaChange: testArea(train, test, kept, seed) - areaWithAll,
    reconstruction: leastReconstruction(test, problem, kept),
    keptOfNoise: keptOf(withShuffledLabels(train, seed), seed).length,
  };
}

const keptOf = (rows: LabelledRows, seed: number): readonly number[] =>
  selectFeatures({
    rows,
    folds: undefined,
    fitTrees: selectionTrees,
    fitScorer,
    settings,
    seed,
    progress: () => undefined,
  }).kept;

function withShuffledLabels(rows: LabelledRows, seed: number): LabelledRows {
  const source = blockPermutation(rows.count, 1, new SeededRandom(seed));
  return { ...rows, labels: rows.labels.map((_, i) => rows.labels[source[i] as number] as number) };
}

/** A model without features ranks nothing: ½. */
function testArea(train: LabelledRows, test: LabelledRows, columns: readonly number[], seed: number): number {
  if (columns.length === 0) return 0.5;
  const score = fitScorer(takeColumns(train, columns), seed);
  return areaUnderCurve(score(takeColumns(test, columns).features), test.labels);
}

function leastReconstruction(test: LabelledRows, { informative }: Madelon, kept: readonly number[]): number {
  const basis = new ColumnBasis();
  for (const feature of kept) {
    const { r2, extend } = basis.explain(standardised(test, feature));
    // Kept combinations of kept features add no direction.
    if (r2 < 1 - 1e-9) extend();
  }
  const shares = informative.map((feature) => basis.explain(standardised(test, feature)).r2);
  return Math.min(...shares);
}

function meanOf(results: readonly SeedProof[], figure: (result: SeedProof) => number): MeanOfSeeds {
  const values = results.map(figure);
  const mean = (indices: Int32Array): number => {
    let sum = 0;
    for (const i of indices) sum += values[i] as number;
    return sum / indices.length;
  };
  const every = Int32Array.from(values, (_, i) => i);
  const random = new SeededRandom(1);
  const bootstrap = { count: values.length, blockLength: 1, resamples: 2_000, confidence: 0.95, random };
  return { mean: mean(every), ...blockBootstrap(bootstrap, mean) };
}

function lineOf(result: SeedProof): string {
  return [
    `seed ${result.seed}: kept ${result.keptCount} (${percent(result.relevantShare)} relevant)`,
    `AUC ${result.areaWithAll.toFixed(3)} ${signed(result.areaChange)}`,
    `least R² ${result.reconstruction.toFixed(4)}`,
    `${result.keptOfNoise} of shuffled labels`,
  ].join(', ');
}

function linesOf(proof: SetProof): readonly string[] {
  const range = ({ low, high }: Interval, format: (value: number) => string): string =>
    `(${format(low)} … ${format(high)})`;
  const { droppedShare, areaChange, reconstruction, keptOfNoise } = proof;
  const r2 = (value: number): string => value.toFixed(4);
  const count = (value: number): string => value.toFixed(2);
  return [
    `${proof.name}, mean of ${proof.seeds.length} seeds (95 % interval): ${proof.passed ? 'passed' : 'FAILED'}`,
    `  dropped        ${percent(droppedShare.mean)} ${range(droppedShare, percent)}, bar 70 %`,
    `  AUC change     ${signed(areaChange.mean)} ${range(areaChange, signed)}, bar 0`,
    `  least R²       ${r2(reconstruction.mean)} ${range(reconstruction, r2)}, bar 0.95`,
    `  kept of noise  ${count(keptOfNoise.mean)} ${range(keptOfNoise, count)}, bar below 1`,
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
