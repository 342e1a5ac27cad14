import { dailyV1 } from '../../src/features/daily-v1.ts';
import type { FeatureSet } from '../../src/features/vector.ts';
import type { BundleDraft } from '../../src/models/release.ts';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import type { ModelProto } from '../../src/onnx/model-proto.ts';
import { encodeModel } from '../../src/onnx/model-proto.ts';
import { constantFacts } from './constant-facts.ts';

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
    ...constantFacts(logits.length),
    name: 'coin',
    model: encodeModel(constantGraph(indicators.length, logits)),
    featureSet,
    target: 'nothing',
    domain: {
      min: indicators.map(() => -1e3),
      max: indicators.map(() => 1e3),
      baseline: indicators.map(() => 0),
    },
    ...changed,
  };
}
