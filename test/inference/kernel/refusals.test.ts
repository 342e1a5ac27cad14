import { describe, expect, it } from 'vitest';
import { compileGraph } from '../../../src/inference/kernel/compile-graph.ts';
import { GraphBuilder } from '../../../src/onnx/graph-builder.ts';
import type { ModelProto } from '../../../src/onnx/model-proto.ts';
import type { Tensor } from '../../../src/onnx/tensor.ts';
import { type BuildGraph, builtGraph, faultsOf } from './kernel-and-ort.ts';

const faults = (build: BuildGraph): readonly string[] => faultsOf(builtGraph(4, 1, build));

const number: Tensor = { dims: [], values: Float32Array.of(2) };
const square: Tensor = { dims: [4, 4], values: new Float32Array(16) };

/** A tree of one split, with lists changed. */
const tree = (changes: object): BuildGraph => {
  const lists = {
    n_targets: 1,
    nodes_treeids: { ints: [0, 0, 0] },
    nodes_nodeids: { ints: [0, 1, 2] },
    nodes_featureids: { ints: [0, 0, 0] },
    nodes_modes: { strings: ['BRANCH_LEQ', 'LEAF', 'LEAF'] },
    nodes_values: { floats: [0.5, 0, 0] },
    nodes_truenodeids: { ints: [1, 0, 0] },
    nodes_falsenodeids: { ints: [2, 0, 0] },
    target_treeids: { ints: [0, 0] },
    target_nodeids: { ints: [1, 2] },
    target_ids: { ints: [0, 0] },
    target_weights: { floats: [1, 2] },
  };
  return (graph, x) => graph.mlNode('TreeEnsembleRegressor', 'y', [x], { ...lists, ...changes });
};

describe('the kernel refuses, by the node and the reason', () => {
  it('every operator it does not know, and not what only follows from one', () => {
    const found = faults((graph, x) => {
      const erf = graph.node('Erf', 'first', [x]);
      return graph.node('Exp', 'y', [graph.node('Add', 'sum', [graph.node('Log', 'second', [x]), erf])]);
    });
    expect(found).toEqual([
      "Erf 'first': the operator is not supported",
      "Log 'second': the operator is not supported",
    ]);
  });

  it.each<[string, BuildGraph, string]>([
    [
      'a matrix product beside a number, which onnxruntime makes one operator of',
      (graph, x) =>
        graph.node('Mul', 'y', [
          graph.node('MatMul', 'p', [x, graph.constant('w', square)]),
          graph.constant('c', number),
        ]),
      "Mul 'y': a matrix product is scaled by one number",
    ],
    [
      'the same the other way round',
      (graph, x) =>
        graph.node('MatMul', 'y', [
          graph.node('Div', 'd', [x, graph.constant('c', number)]),
          graph.constant('w', square),
        ]),
      "MatMul 'y': its input is scaled by one number",
    ],
    [
      'a product of two computed matrices',
      (graph, x) => graph.node('MatMul', 'y', [x, x]),
      "MatMul 'y': input 1 is not a constant",
    ],
    [
      'a softmax over the batch',
      (graph, x) => graph.node('Softmax', 'y', [x], { axis: 0 }),
      "Softmax 'y': axis 0",
    ],
    [
      'a column that is not there',
      tree({ nodes_featureids: { ints: [4, 0, 0] } }),
      "ai.onnx.ml:TreeEnsembleRegressor 'y': a split on column 4 of 4",
    ],
    [
      'a tree that runs in a circle',
      tree({ nodes_truenodeids: { ints: [0, 0, 0] } }),
      "ai.onnx.ml:TreeEnsembleRegressor 'y': node 0 of tree 0 is reached twice",
    ],
    [
      'a tree that lacks a node',
      tree({ nodes_falsenodeids: { ints: [7, 0, 0] } }),
      "ai.onnx.ml:TreeEnsembleRegressor 'y': tree 0 has no node 7",
    ],
    [
      'a mode it does not know',
      tree({ nodes_modes: { strings: ['BRANCH_MEMBER', 'LEAF', 'LEAF'] } }),
      "ai.onnx.ml:TreeEnsembleRegressor 'y': mode BRANCH_MEMBER",
    ],
    [
      'lists of different lengths',
      tree({ nodes_values: { floats: [0.5] } }),
      "ai.onnx.ml:TreeEnsembleRegressor 'y': thresholds: 1 entries for 3 nodes",
    ],
    [
      'a threshold that is NaN',
      tree({ nodes_values: { floats: [Number.NaN, 0, 0] } }),
      "ai.onnx.ml:TreeEnsembleRegressor 'y': a threshold that is NaN",
    ],
    [
      'thresholds in f64',
      tree({ nodes_values_as_tensor: { floats: [] } }),
      "ai.onnx.ml:TreeEnsembleRegressor 'y': attribute nodes_values_as_tensor",
    ],
    [
      'a transform onnxruntime itself ignores',
      tree({ post_transform: { string: 'LOGISTIC' } }),
      "ai.onnx.ml:TreeEnsembleRegressor 'y': post_transform LOGISTIC of 1 columns",
    ],
  ])('%s', (_, build, fault) => {
    expect(faults(build)).toEqual([fault]);
  });

  const ends = { inputName: 'x', outputName: 'y' };

  const reasons = (model: ModelProto): readonly string[] => {
    const program = compileGraph(model, ends);
    return program.ok ? [] : program.error.map(({ reason }) => reason);
  };

  it('an operator set newer than those it was compared in', () => {
    const { model } = builtGraph(4, 1, (graph, x) => graph.node('Relu', 'y', [x]));
    const operatorSets = [{ domain: '', version: 99, unknown: [] }];
    expect(reasons({ ...model, operatorSets })).toEqual(['operator set ai.onnx 99 is not one of 7 to 20']);
  });

  it('a name that is defined twice, which onnxruntime refuses too', () => {
    const { model } = builtGraph(4, 1, (graph, x) => graph.node('Relu', 'y', [graph.node('Tanh', 't', [x])]));
    const graph = model.graph;
    if (!graph) throw new Error('no graph');
    const nodes = graph.nodes.map((node) => ({
      ...node,
      outputs: node.outputs.map((name) => (name === 't' ? 'x' : name)),
    }));
    const renamed = nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (name === 't' ? 'x' : name)),
    }));
    expect(reasons({ ...model, graph: { ...graph, nodes: renamed } })).toEqual([
      "its output 'x' is defined already",
    ]);
  });

  it('a batch of a fixed size, for which onnxruntime refuses any other', () => {
    const graph = new GraphBuilder('g');
    graph.floatOutput(graph.node('Relu', 'y', [graph.floatInput('x', [1, 4])]), [1, 4]);
    expect(reasons(graph.build())).toEqual(["there is no input 'x' of f32[batch, width]"]);
  });

  it('rows that are wider than its memory', () => {
    const { model } = builtGraph(600_000, 1, (graph, x) => graph.node('Relu', 'y', [x]));
    expect(reasons(model)).toEqual(['a row has more values than the kernel has memory for']);
  });

  it('a graph that is cut off', () => {
    const { model } = builtGraph(4, 1, (graph, x) => graph.node('Relu', 'y', [graph.node('Tanh', 't', [x])]));
    const graph = model.graph;
    if (!graph) throw new Error('no graph');
    expect(reasons({ ...model, graph: { ...graph, nodes: graph.nodes.slice(1) } })).toEqual([
      "its input 't' is not defined before it",
    ]);
    expect(reasons({ ...model, graph: { ...graph, nodes: graph.nodes.slice(0, 1) } })).toEqual([
      "there is no output 'y' of f32[batch, columns]",
    ]);
  });
});
