import { err, ok, type Result } from '../../core/result.ts';
import { floatValueInfo } from '../../onnx/float-value-info.ts';
import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../../onnx/model-proto.ts';
import { neededNodes } from '../../onnx/needed-nodes.ts';
import { nodeProto } from '../../onnx/operator-proto.ts';
import { toTensorProto } from '../../onnx/tensor.ts';
import type { ModelFile } from './model-file.ts';

interface Ends {
  /** Name of the f32[batch, columns] output that holds the scores. */
  readonly output: string;
  /** Its columns that are heads, in the heads' order. */
  readonly columns: readonly number[];
  /** For each column of the model's input the column of the bundle's vector that belongs there. */
  readonly order: readonly number[];
}

/** Taken where a model imports no operator set of ONNX's own, for the nodes that are added. */
const OPSET = 13;

/**
 * A model as bundles have it: f32[batch, width] of features in their set's order → f32[batch, heads]. What only other
 * outputs need is left out; a `Gather` before and behind picks columns where they are not these already.
 */
export function scoringGraph(
  { model, input }: ModelFile,
  { output, columns, order }: Ends,
): Result<ModelProto, string> {
  const { graph } = model;
  if (!graph) return err('the model has no graph');
  const outputWidth = outputWidthOf(graph, output);
  const outside = columns.find((column) => column >= (outputWidth ?? Number.POSITIVE_INFINITY));
  if (outside !== undefined)
    return err(`its output '${output}' has ${outputWidth} columns, and none ${outside}`);
  const fresh = (wanted: string): string => freshName(graph, wanted);
  const before = isInOrder(order, input.width)
    ? undefined
    : pick(fresh('features'), input.name, fresh('features_columns'), order);
  const behind = isInOrder(columns, outputWidth)
    ? undefined
    : pick(output, fresh('scores'), fresh('scores_columns'), columns);
  const nodes = [
    ...(before ? [before.node] : []),
    ...neededNodes(graph, output),
    ...(behind ? [behind.node] : []),
  ];
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const constants = [before, behind].flatMap((picked) => (picked ? [picked.indices] : []));
  return ok({
    ...model,
    operatorSets: withStandardSet(model.operatorSets),
    graph: {
      ...graph,
      nodes,
      initializers: [...graph.initializers.filter(({ name = '' }) => used.has(name)), ...constants],
      inputs: [floatValueInfo(before?.from ?? input.name, ['batch', input.width])],
      outputs: [floatValueInfo(behind?.to ?? output, ['batch', columns.length])],
    },
  });
}

/** Declared columns of an output; undefined where the file does not say. */
export const outputWidthOf = (graph: GraphProto, name: string): number | undefined =>
  graph.outputs.find((value) => value.name === name)?.type?.tensor?.shape?.dims[1]?.value;

const isInOrder = (columns: readonly number[], width: number | undefined): boolean =>
  columns.length === width && columns.every((column, at) => column === at);

interface Picked {
  readonly node: NodeProto;
  readonly indices: TensorProto;
  readonly from: string;
  readonly to: string;
}

/** Some columns of the value `from` as the value `to`. */
function pick(from: string, to: string, indicesName: string, columns: readonly number[]): Picked {
  const indices = toTensorProto(indicesName, { dims: [columns.length], values: Int32Array.from(columns) });
  const inputs = [from, indicesName];
  return {
    node: nodeProto({ opType: 'Gather', inputs, outputs: [to], attributes: { axis: 1 } }),
    indices,
    from,
    to,
  };
}

function freshName(graph: GraphProto, wanted: string): string {
  const { nodes, initializers, inputs } = graph;
  const taken = new Set([
    ...nodes.flatMap((node) => [...node.inputs, ...node.outputs]),
    ...[...initializers, ...inputs].map(({ name }) => name),
  ]);
  let name = wanted;
  while (taken.has(name)) name = `${name}_`;
  return name;
}

const isStandard = (domain: string | undefined): boolean => (domain ?? '') === '' || domain === 'ai.onnx';

function withStandardSet(operatorSets: ModelProto['operatorSets']): ModelProto['operatorSets'] {
  if (operatorSets.some(({ domain }) => isStandard(domain))) return operatorSets;
  return [...operatorSets, { domain: '', version: OPSET, unknown: [] }];
}
