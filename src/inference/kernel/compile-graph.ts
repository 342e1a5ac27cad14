import { err, ok, type Result } from '../../core/result.ts';
import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from '../../onnx/model-proto.ts';
import { neededNodes } from '../../onnx/needed-nodes.ts';
import { tensorType } from '../../onnx/tensor.ts';
import { argMax, concat, flatten, gather, identity, reshape } from './compile-columns.ts';
import { gemm } from './compile-dense.ts';
import { binary, clip, divideCodes, mapped, softmax, subtractCodes } from './compile-elementwise.ts';
import {
  dequantizeLinear,
  dynamicQuantizeLinear,
  integerOrFloatAdd,
  integerOrFloatCast,
  integerOrFloatMatMul,
  integerOrFloatMultiply,
  integerOrFloatRelu,
  matMulInteger,
  quantizeLinear,
} from './compile-integers.ts';
import { linearClassifier, linearRegressor, normalizer, scaler } from './compile-linear.ts';
import { treeEnsembleClassifier, treeEnsembleRegressor } from './compile-trees.ts';
import { type GraphOperand, readConstant } from './graph-operand.ts';
import type { KernelProgram, NodeFault } from './kernel-program.ts';
import { opcode } from './opcodes.ts';
import { type CompileNode, OperatorContext, rowsOf, UnsupportedNode } from './operator-context.ts';
import { ProgramWriter } from './program-writer.ts';

/** By domain and type; ONNX's own domain is empty. */
const operators: ReadonlyMap<string, CompileNode> = new Map<string, CompileNode>([
  [':Add', integerOrFloatAdd],
  [':Sub', binary(subtractCodes)],
  [':Mul', integerOrFloatMultiply],
  [':Div', binary(divideCodes)],
  [':Relu', integerOrFloatRelu],
  [':Sigmoid', mapped(opcode.sigmoid)],
  [':Tanh', mapped(opcode.tanh)],
  [':Softmax', softmax],
  [':Clip', clip],
  [':Gather', gather],
  [':Concat', concat],
  [':Identity', identity],
  [':Flatten', flatten],
  [':Reshape', reshape],
  [':Cast', integerOrFloatCast],
  [':ArgMax', argMax],
  [':MatMul', integerOrFloatMatMul],
  [':QuantizeLinear', quantizeLinear],
  [':DequantizeLinear', dequantizeLinear],
  [':DynamicQuantizeLinear', dynamicQuantizeLinear],
  [':MatMulInteger', matMulInteger],
  [':Gemm', gemm],
  ['ai.onnx.ml:TreeEnsembleRegressor', treeEnsembleRegressor],
  ['ai.onnx.ml:TreeEnsembleClassifier', treeEnsembleClassifier],
  ['ai.onnx.ml:LinearRegressor', linearRegressor],
  ['ai.onnx.ml:LinearClassifier', linearClassifier],
  ['ai.onnx.ml:Scaler', scaler],
  ['ai.onnx.ml:Normalizer', normalizer],
]);

/** Operator sets by whose definitions the operators above are read: older ones broadcast otherwise, newer ones have more. */
const opsetBounds = new Map([
  ['', { least: 7, most: 20 }],
  ['ai.onnx.ml', { least: 1, most: 3 }],
]);

/** The names by which a graph is asked. */
export interface GraphEnds {
  readonly inputName: string;
  readonly outputName: string;
}

/**
 * The program of an ONNX graph with one input f32[batch, width] and one wanted output of f32[batch, columns]; whatever
 * only other outputs need is left out. Otherwise every node that stands in the way, by name.
 */
export function compileGraph(
  model: ModelProto,
  { inputName, outputName }: GraphEnds,
): Result<KernelProgram, readonly NodeFault[]> {
  const graph = model.graph;
  if (!graph) return err([graphFault('the model has no graph')]);
  const versionFaults = operatorSetFaults(model);
  if (versionFaults.length > 0) return err(versionFaults);
  const input = graph.inputs.find(({ name }) => name === inputName);
  const width = input && widthOf(input);
  if (width === undefined) return err([graphFault(`there is no input '${inputName}' of f32[batch, width]`)]);
  const writer = new ProgramWriter();
  const place = { width };
  const operands = constantsOf(graph);
  if (operands.has(inputName)) return err([graphFault(`the input '${inputName}' has a default value`)]);
  operands.set(inputName, rowsOf(place));
  const faults = compileNodes(neededNodes(graph, outputName), writer, operands, outputName);
  if (faults.length > 0) return err(faults);
  const output = operands.get(outputName);
  if (output?.kind !== 'rows' || output.type !== 'f32' || output.rank !== 2)
    return err([graphFault(`there is no output '${outputName}' of f32[batch, columns]`)]);
  const program = writer.finish(place, output.place);
  return program ? ok(program) : err([graphFault('a row has more values than the kernel has memory for')]);
}

/** Compiles in the graph's order. What depends on a faulty node is not a fault of its own. */
function compileNodes(
  nodes: readonly NodeProto[],
  writer: ProgramWriter,
  operands: Map<string, GraphOperand>,
  outputName: string,
): readonly NodeFault[] {
  const uses = usesOf(nodes, outputName);
  const faults: NodeFault[] = [];
  const faulty = new Set<string>();
  for (const node of nodes) {
    const outcome = node.inputs.some((name) => faulty.has(name))
      ? 'follows'
      : compileNode(new OperatorContext({ node, writer, operands, uses }));
    if (typeof outcome === 'string') {
      if (outcome !== 'follows') faults.push(nodeFault(node, outcome));
      for (const name of node.outputs) faulty.add(name);
      continue;
    }
    node.outputs.forEach((name, i) => {
      if (operands.has(name)) faults.push(nodeFault(node, `its output '${name}' is defined already`));
      if (name !== '') operands.set(name, outcome[i] ?? noOutput);
    });
  }
  return faults;
}

const noOutput: GraphOperand = { kind: 'unavailable', reason: 'the kernel does not compute it' };

/** The node's outputs, or what is not supported. */
function compileNode(compiler: OperatorContext): readonly GraphOperand[] | string {
  const compile = operators.get(operatorOf(compiler.node));
  if (compile === undefined) return 'the operator is not supported';
  try {
    return compile(compiler);
  } catch (failure) {
    if (failure instanceof UnsupportedNode) return failure.message;
    throw failure;
  }
}

const operatorOf = ({ domain, opType }: NodeProto): string =>
  `${domain === 'ai.onnx' ? '' : (domain ?? '')}:${opType ?? ''}`;

const nodeFault = (node: NodeProto, reason: string): NodeFault => ({
  operator: operatorOf(node).replace(/^:/, ''),
  node: node.name || (node.outputs[0] ?? ''),
  reason,
});

const graphFault = (reason: string): NodeFault => ({ operator: '', node: '', reason });

function operatorSetFaults({ operatorSets }: ModelProto): readonly NodeFault[] {
  return operatorSets.flatMap(({ domain = '', version = 0 }) => {
    const name = domain === '' ? 'ai.onnx' : domain;
    const bounds = opsetBounds.get(domain === 'ai.onnx' ? '' : domain);
    if (bounds === undefined || (version >= bounds.least && version <= bounds.most)) return [];
    return [graphFault(`operator set ${name} ${version} is not one of ${bounds.least} to ${bounds.most}`)];
  });
}

/** Of an input f32[batch, width] whose batch is free. */
function widthOf({ type }: ValueInfoProto): number | undefined {
  const tensor = type?.tensor;
  const [batch, width, ...more] = tensor?.shape?.dims ?? [];
  const isRows = tensor?.elementType === tensorType.float && more.length === 0 && batch?.value === undefined;
  return isRows && width?.value !== undefined && width.value > 0 ? width.value : undefined;
}

function constantsOf({ initializers }: GraphProto): Map<string, GraphOperand> {
  return new Map(initializers.map((tensor) => [tensor.name ?? '', readConstant(tensor)]));
}

function usesOf(nodes: readonly NodeProto[], outputName: string): ReadonlyMap<string, number> {
  const uses = new Map([[outputName, 1]]);
  for (const name of nodes.flatMap(({ inputs }) => inputs)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}
