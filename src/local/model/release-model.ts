import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../core/result.ts';
import { featureSets } from '../../features/sets.ts';
import { type FeatureSet, subsetOf } from '../../features/vector.ts';
import { createChosenEngine } from '../../inference/chosen-engine.ts';
import { createKernelEngine } from '../../inference/kernel/kernel-engine.ts';
import { createOrtEngine } from '../../inference/ort.ts';
import { releaseBundle } from '../../models/release.ts';
import { encodeModel } from '../../onnx/model-proto.ts';
import { writeBundle } from '../../optimize/export/write-bundle.ts';
import { fitDomain } from '../../optimize/measure/domain.ts';
import { KERNEL_WASM } from '../kernel-wasm.ts';
import { RELEASE_KEY_FILE, releaseKey } from '../release-key.ts';
import { calibrationOf, type ForeignModel, foreignDraft } from './foreign-draft.ts';
import { type ModelFile, readModelFile } from './model-file.ts';
import type { ReleaseOptions } from './release-options.ts';
import { outputWidthOf, scoringGraph } from './scoring-graph.ts';
import { readTrainingRows } from './training-rows-file.ts';

/** What was released: where it lies, and how it came to be. */
export interface ReleasedModel {
  readonly path: string;
  readonly version: string;
  readonly engine: string;
  readonly policy: ReturnType<typeof foreignDraft>['policy'];
  readonly measurements: Readonly<Record<string, number>>;
}

/**
 * Makes a signed bundle of a model from elsewhere. What its manifest has to state is said by whoever brings it, measured
 * on their rows, or written down as unknown; what would make the bundle state something untrue is refused.
 */
export async function releaseModel(options: ReleaseOptions): Promise<Result<ReleasedModel, string>> {
  const scored = await scoredModel(options);
  if (!scored.ok) return scored;
  const { foreign, engine } = scored.value;
  const measurements = calibrationOf(foreign);
  if (!measurements.ok) return measurements;
  const key = releaseKey({ env: process.env, path: RELEASE_KEY_FILE });
  if (!key.ok) return key;
  const released = releaseBundle(foreignDraft(foreign), key.value);
  if (!released.ok) return released;
  const path = await writeBundle(options.outDir, released.value, measurements.value);
  const { version, manifest } = released.value.bundle;
  return ok({ path, version, engine, policy: manifest.policy, measurements: measurements.value });
}

async function scoredModel(
  options: ReleaseOptions,
): Promise<Result<{ readonly foreign: ForeignModel; readonly engine: string }, string>> {
  const file = readModelFile(options.path);
  if (!file.ok) return file;
  const featureSet = featuresOf(options.features, file.value);
  if (!featureSet.ok) return featureSet;
  const names = featureSet.value.indicators.map(({ name }) => name);
  const labels = options.isLabelled ? ['label', 'risk_label'].slice(0, options.heads.length) : [];
  const rows = readTrainingRows(options.rowsPath, names, labels);
  if (!rows.ok) return rows;
  const graph = graphOf(file.value, options, names);
  if (!graph.ok) return graph;
  const domain = fitDomain(rows.value.values, names.length, 0);
  const model = encodeModel(graph.value);
  const runnable = await openEngine().prepare({
    bytes: model,
    inputName: graph.value.graph?.inputs[0]?.name ?? '',
    outputName: graph.value.graph?.outputs[0]?.name ?? '',
    featureCount: names.length,
    headCount: options.heads.length,
    probe: Float32Array.from(domain.baseline),
  });
  if (!runnable.ok) return err(`${runnable.error.kind}: ${runnable.error.detail}`);
  const run = await runnable.value.run(rows.value.values, rows.value.count);
  if (!run.ok) return err(`on the rows given it is ${run.error.kind}: ${run.error.detail}`);
  const scores = options.heads.map((_, h) =>
    Float64Array.from(
      { length: rows.value.count },
      (_row, i) => run.value[i * options.heads.length + h] ?? Number.NaN,
    ),
  );
  const { engine, engineReason } = runnable.value;
  return ok({
    foreign: {
      options,
      file: file.value,
      model,
      featureSet: featureSet.value,
      domain,
      rows: rows.value,
      scores,
    },
    engine: `${engine}: ${engineReason}`,
  });
}

/** The one set that has all of the names, cut down to them. */
function featuresOf(names: readonly string[], { input }: ModelFile): Result<FeatureSet, string> {
  if (names.length !== input.width)
    return err(`its input has ${input.width} columns, and --features names ${names.length}`);
  const asked = new Set(names);
  if (asked.size !== names.length) return err('--features names one twice');
  const known = Array.from(featureSets.values());
  const set = known.find(({ indicators }) => {
    const own = new Set(indicators.map(({ name }) => name));
    return names.every((name) => own.has(name));
  });
  if (set)
    return subsetOf(
      set,
      set.indicators.map(({ name }) => name).filter((name) => asked.has(name)),
    );
  const all = new Set(known.flatMap(({ indicators }) => indicators.map(({ name }) => name)));
  const strange = names.filter((name) => !all.has(name));
  return err(
    `the service computes no feature ${strange.join(', ')}; it computes ${Array.from(all).join(', ')}`,
  );
}

function graphOf(file: ModelFile, options: ReleaseOptions, names: readonly string[]) {
  const output = options.output ?? file.outputs.at(-1) ?? '';
  if (!file.outputs.includes(output)) return err(`it has no f32 output '${output}'`);
  const width = file.model.graph && outputWidthOf(file.model.graph, output);
  const columns = options.columns ?? defaultColumns(width, options.heads.length);
  if (columns?.length !== options.heads.length)
    return err(
      `its output '${output}' has ${width ?? 'an unknown number of'} columns for ${options.heads.length} heads: say --columns, one a head`,
    );
  return scoringGraph(file, { output, columns, order: options.features.map((name) => names.indexOf(name)) });
}

/** All of an output as wide as the heads; of a classifier of two classes the second's probability. */
function defaultColumns(width: number | undefined, heads: number): readonly number[] | undefined {
  if (width === heads) return Array.from({ length: heads }, (_, column) => column);
  return width === 2 && heads === 1 ? [1] : undefined;
}

const openEngine = () =>
  createChosenEngine({
    choice: 'kernel-or-ort',
    loadKernel: () => createKernelEngine({ module: new WebAssembly.Module(readFileSync(KERNEL_WASM)) }),
    loadOrt: () => createOrtEngine({}),
  });
