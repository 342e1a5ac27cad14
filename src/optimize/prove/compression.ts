import { err, ok, type Result } from '../../core/result.ts';
import { SeededRandom } from '../../core/seeded-random.ts';
import { sigmoid } from '../../core/sigmoid.ts';
import type { ModelProto } from '../../onnx/model-proto.ts';
import { compressionBounds } from '../compress/choose-compression.ts';
import { compressionCandidates } from '../compress/compression-candidates.ts';
import { createIntegerReference } from '../compress/integer-reference.ts';
import type { ModelTables } from '../compress/model-tables.ts';
import { percentileCalibrator } from '../compress/percentile-calibrator.ts';
import { quantizeDynamic } from '../compress/quantize-dynamic.ts';
import { quantizeGraph } from '../compress/quantize-graph.ts';
import { INPUT_NAME, OUTPUT_NAME, tablesGraph } from '../compress/tables-graph.ts';
import { type DenseNetwork, trainDenseNetwork } from '../train/dense-network.ts';
import { type CompressionMeasured, measureCompression } from './measure-compression.ts';
import { ortOutputs } from './ort-outputs.ts';

interface CompressionProof {
  readonly seed: number;
}

interface CompressionProven {
  readonly passed: boolean;
  readonly measured: CompressionMeasured;
  /** Rows of 10,000 whose score by onnxruntime differs in a bit from the integer reference. */
  readonly referenceDifferences: { readonly static: number; readonly dynamic: number };
  readonly lines: readonly string[];
}

const WIDTH = 32;
const HIDDEN = [128, 256, 128];
const TRAIN_COUNT = 24_000;
const HELD_OUT_COUNT = 4_000;
const REFERENCE_COUNT = 10_000;

/**
 * Compression of a network 32-128-256-128-1 on a synthetic problem: its int8 forms against its f32 form in
 * size, worth and decisions, and its static and dynamic graphs in onnxruntime-web against the integer reference.
 */
export async function proveCompression({
  seed,
}: CompressionProof): Promise<Result<CompressionProven, string>> {
  const random = new SeededRandom(seed);
  const train = syntheticRows(random, TRAIN_COUNT);
  const heldOut = syntheticRows(random, HELD_OUT_COUNT);
  const network = trainDenseNetwork(
    {
      count: TRAIN_COUNT,
      width: WIDTH,
      inputs: Float64Array.from(train.features),
      labels: train.labels,
      weights: new Float64Array(TRAIN_COUNT).fill(1),
    },
    { hidden: HIDDEN, learningRate: 1e-3, weightDecay: 1, batchSize: 64, epochs: 3, seed },
  );
  const reference = { name: 'f32', model: tablesOf(network) };
  const calibration = train.features.subarray(0, 8_000 * WIDTH);
  const measured = await measureCompression({
    reference,
    candidates: compressionCandidates(reference.model, calibration),
    head: 0,
    heldOut: heldOut.features,
    labels: heldOut.labels,
    min: new Float32Array(WIDTH).fill(-6),
    max: new Float32Array(WIDTH).fill(6),
    thresholds: { buyAtLeast: 0.6, sellAtMost: 0.4 },
    blockLength: 1,
    bounds: compressionBounds,
    savingMin: 0.7,
    seed,
  });
  if (!measured.ok) return measured;
  const differences = await referenceDifferences(reference.model, calibration, random);
  if (!differences.ok) return differences;
  const isExact = differences.value.static === 0 && differences.value.dynamic === 0;
  const lines = [
    ...measured.value.lines,
    `onnxruntime against the integer reference on ${REFERENCE_COUNT} rows: ${differences.value.static} differ (static QDQ), ${differences.value.dynamic} (dynamic)`,
  ];
  return ok({
    passed: measured.value.passed && isExact,
    measured: measured.value,
    referenceDifferences: differences.value,
    lines,
  });
}

/** Standard normal features; a log-odds of waves, products and a hinge in eight of them decides the label. */
function syntheticRows(random: SeededRandom, count: number): { features: Float32Array; labels: Uint8Array } {
  const features = Float32Array.from({ length: count * WIDTH }, () => random.normal());
  const labels = Uint8Array.from({ length: count }, (_, i) => {
    const x = (j: number): number => features[i * WIDTH + j] as number;
    const logit =
      1.2 * x(0) * x(1) +
      Math.abs(x(2)) -
      0.8 +
      x(3) -
      0.7 * x(4) * x(5) +
      Math.max(0, x(6)) -
      0.4 +
      0.5 * x(7);
    return random.uniform() < sigmoid(logit) ? 1 : 0;
  });
  return { features, labels };
}

function tablesOf({ layers }: DenseNetwork): ModelTables {
  const ones = new Float32Array(WIDTH).fill(1);
  const head = {
    columns: Uint8Array.from({ length: WIDTH }, (_, j) => j),
    standardiser: { mean: new Float32Array(WIDTH), inverseDeviation: ones, min: -4, max: 3.96875 },
    members: [
      {
        kind: 'dense' as const,
        weight: 1,
        layers: layers.map(({ inputs, outputs, weights, bias }) => ({
          inputs,
          outputs,
          form: { kind: 'f32' as const, weights: Float32Array.from(weights), bias: Float32Array.from(bias) },
        })),
      },
    ],
    offset: 0,
  };
  return { inputWidth: WIDTH, heads: [head] };
}

/** The f32 graph quantized both ways, each run by onnxruntime and by the integer reference. */
async function referenceDifferences(
  model: ModelTables,
  calibration: Float32Array,
  random: SeededRandom,
): Promise<Result<{ static: number; dynamic: number }, string>> {
  const graph = tablesGraph('network', model);
  const weights = { perChannel: true, bits: 8, scaleBytes: 4, skip: new Set<string>() } as const;
  const batch = { dims: [calibration.length / WIDTH, WIDTH], values: calibration };
  const forms = [
    quantizeGraph(graph, {
      ...weights,
      activations: {
        kind: 'static',
        batches: [new Map([[INPUT_NAME, batch]])],
        createCalibrator: () => percentileCalibrator(99.99),
      },
    }),
    quantizeDynamic(graph, weights),
  ];
  const rows = syntheticRows(random, REFERENCE_COUNT).features;
  const counts: number[] = [];
  for (const form of forms) {
    if (!form.ok) return form;
    const count = await differingRows(form.value, rows);
    if (!count.ok) return count;
    counts.push(count.value);
  }
  return ok({ static: counts[0] ?? NaN, dynamic: counts[1] ?? NaN });
}

/** In batches of one, so that the range a dynamic graph sees is the row's own. */
async function differingRows(model: ModelProto, rows: Float32Array): Promise<Result<number, string>> {
  const interpreter = createIntegerReference(model);
  if (!interpreter.ok) return interpreter;
  const source = { input: INPUT_NAME, width: WIDTH, values: rows, batchSize: 1 };
  const scores = (await ortOutputs(model, source, [OUTPUT_NAME])).get(OUTPUT_NAME);
  if (scores?.length !== REFERENCE_COUNT) return err(`onnxruntime gave ${scores?.length} scores`);
  let count = 0;
  for (let i = 0; i < REFERENCE_COUNT; i += 1) {
    const values = rows.slice(i * WIDTH, (i + 1) * WIDTH);
    const expected = interpreter.value
      .run(new Map([[INPUT_NAME, { dims: [1, WIDTH], values }]]))
      .get(OUTPUT_NAME);
    if (!Object.is(expected?.values[0], scores[i])) count += 1;
  }
  return ok(count);
}
