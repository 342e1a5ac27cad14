import { GraphBuilder } from './graph-builder.ts';
import type { ModelProto } from './model-proto.ts';

/** A graph that says of every row the sigmoid of each logit: a model whose answers are known beforehand. */
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
