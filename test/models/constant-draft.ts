import { dailyV1 } from '../../src/features/daily-v1.ts';
import type { FeatureSet } from '../../src/features/vector.ts';
import type { BundleDraft } from '../../src/models/release.ts';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import type { ModelProto } from '../../src/onnx/model-proto.ts';
import { encodeModel } from '../../src/onnx/model-proto.ts';

/** A secret seed that signs in tests, and another. */
export const testKey = '1'.repeat(64);
export const otherKey = '2'.repeat(64);

/** A graph that says of every row the sigmoid of each logit. */
export function constantGraph(
  inputWidth: number,
  logits: readonly number[],
  outputDims: readonly (number | string)[] = ['batch', logits.length],
): ModelProto {
  const columns = logits.length;
  const graph = new GraphBuilder('constant');
  const x = graph.floatInput('features', ['batch', inputWidth]);
  const weights = { dims: [inputWidth, columns], values: new Float32Array(inputWidth * columns) };
  const product = graph.node('MatMul', 'product', [x, graph.constant('weights', weights)]);
  const bias = { dims: [columns], values: Float32Array.from(logits) };
  const logit = graph.node('Add', 'logit', [product, graph.constant('bias', bias)]);
  graph.floatOutput(graph.node('Sigmoid', 'probability', [logit]), outputDims);
  return graph.build();
}

/** A draft of such a model over some features, one head or two by the number of logits. */
export function constantDraft(
  changed: Partial<BundleDraft> = {},
  { logits = [0], featureSet = dailyV1 }: { logits?: readonly number[]; featureSet?: FeatureSet } = {},
): BundleDraft {
  const { indicators } = featureSet;
  return {
    name: 'coin',
    purpose: 'test',
    model: encodeModel(constantGraph(indicators.length, logits)),
    featureSet,
    heads: logits.length === 1 ? ['direction'] : ['direction', 'risk'],
    target: 'nothing',
    symbols: ['DEMO'],
    interval: '1d',
    calendar: '24x7',
    policy: {
      buyAtLeast: 0.6,
      sellAtMost: 0.4,
      sizeFullAt: 0.2,
      riskHoldAtLeast: logits.length === 1 ? null : 0.5,
      validForMs: 1_000,
    },
    domain: {
      min: indicators.map(() => -1e3),
      max: indicators.map(() => 1e3),
      baseline: indicators.map(() => 0),
    },
    data: { source: 'none', sha256: '0'.repeat(64), rows: 1, from: '2020-01-01', to: '2020-01-01' },
    lineage: {
      seed: 1,
      recipe: 'by hand',
      codeCommit: 'none',
      trials: 3,
      parameters: { hidden: 4, kind: 'constant' },
      reproducible: true,
    },
    ...changed,
  };
}
