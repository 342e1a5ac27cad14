import { describe, expect, it } from 'vitest';
import type { SeededRandom } from '../../../src/core/seeded-random.ts';
import type { GraphBuilder, GraphValue } from '../../../src/onnx/graph-builder.ts';
import { nodeProto } from '../../../src/onnx/operator-proto.ts';
import type { Tensor } from '../../../src/onnx/tensor.ts';
import { type BuildGraph, firstDifference } from './kernel-and-ort.ts';
import { type RandomTrees, randomTrees } from './random-trees.ts';

const normals = (random: SeededRandom, size: number): Float32Array =>
  Float32Array.from({ length: size }, () => random.normal());

const tensor = (random: SeededRandom, ...dims: readonly number[]): Tensor => ({
  dims,
  values: normals(
    random,
    dims.reduce((size, dim) => size * dim, 1),
  ),
});

const number = (value: number): Tensor => ({ dims: [], values: Float32Array.of(value) });

interface Case {
  readonly name: string;
  readonly width: number;
  readonly build: BuildGraph;
}

const widths = [1, 3, 4, 12, 33];

const elementwise = widths.flatMap((width): readonly Case[] => [
  ...['Relu', 'Sigmoid', 'Tanh', 'Identity'].map((operator) => ({
    name: `${operator} of ${width}`,
    width,
    build: (graph: GraphBuilder, x: GraphValue) => graph.node(operator, 'y', [x]),
  })),
  { name: `Softmax of ${width}`, width, build: (graph, x) => graph.node('Softmax', 'y', [x], { axis: 1 }) },
  ...['Add', 'Sub', 'Mul', 'Div'].flatMap((operator): readonly Case[] => [
    {
      name: `${operator} of ${width} and a row`,
      width,
      build: (graph, x, random) => graph.node(operator, 'y', [x, graph.constant('c', tensor(random, width))]),
    },
    {
      name: `${operator} of a number and ${width}`,
      width,
      build: (graph, x, random) => graph.node(operator, 'y', [graph.constant('c', tensor(random)), x]),
    },
    {
      name: `${operator} of ${width} and as many`,
      width,
      build: (graph, x) => graph.node(operator, 'y', [x, graph.node('Tanh', 't', [x])]),
    },
  ]),
  ...[
    [-1.5, 2],
    [0, 1],
    [-0, 0],
    [-1, -0],
  ].map(([low = 0, high = 0]) => ({
    name: `Clip of ${width} to ${low} and ${high}`,
    width,
    build: (graph: GraphBuilder, x: GraphValue) =>
      graph.node('Clip', 'y', [x, graph.constant('low', number(low)), graph.constant('high', number(high))]),
  })),
  {
    name: `ArgMax of ${width}`,
    width,
    build: (graph, x) => graph.node('Cast', 'y', [graph.node('ArgMax', 'a', [x], { axis: 1 })], { to: 1 }),
  },
  {
    name: `Scaler of ${width}`,
    width,
    build: (graph, x, random) =>
      graph.mlNode('Scaler', 'y', [x], {
        offset: { floats: normals(random, width) },
        scale: { floats: normals(random, width) },
      }),
  },
  ...['MAX', 'L1', 'L2'].map((norm) => ({
    name: `Normalizer ${norm} of ${width}`,
    width,
    build: (graph: GraphBuilder, x: GraphValue) =>
      graph.mlNode('Normalizer', 'y', [x], { norm: { string: norm } }),
  })),
]);

const activations = [undefined, 'Relu', 'Sigmoid', 'Tanh', 'Softmax'];
const shapes = [
  [1, 1],
  [7, 2],
  [12, 64],
  [300, 1],
  [520, 33],
] as const;

const dense = shapes.flatMap(([inputs, outputs]) =>
  activations.flatMap((activation): readonly Case[] => {
    const activated = (graph: GraphBuilder, sums: GraphValue): GraphValue =>
      activation === undefined
        ? sums
        : graph.node(activation, 'y', [sums], activation === 'Softmax' ? { axis: 1 } : {});
    const after = activation === undefined ? 'alone' : `and ${activation}`;
    return [
      {
        name: `MatMul ${inputs} × ${outputs}, Add ${after}`,
        width: inputs,
        build: (graph, x, random) => {
          const product = graph.node('MatMul', 'p', [
            x,
            graph.constant('w', tensor(random, inputs, outputs)),
          ]);
          return activated(
            graph,
            graph.node('Add', 's', [product, graph.constant('b', tensor(random, outputs))]),
          );
        },
      },
      {
        name: `Gemm ${inputs} × ${outputs} ${after}`,
        width: inputs,
        build: (graph, x, random) => {
          const constants = [
            graph.constant('w', tensor(random, outputs, inputs)),
            graph.constant('b', tensor(random, outputs)),
          ];
          return activated(graph, graph.node('Gemm', 's', [x, ...constants], { transB: 1 }));
        },
      },
    ];
  }),
);

const sumsBeside = [7, 300].flatMap((inputs) =>
  ['Add', 'Sub', 'Mul'].flatMap((operator): readonly Case[] => [
    {
      name: `${operator} of a row and MatMul ${inputs} × 5`,
      width: inputs,
      build: (graph, x, random) => {
        const product = graph.node('MatMul', 'p', [x, graph.constant('w', tensor(random, inputs, 5))]);
        return graph.node(operator, 'y', [graph.constant('b', tensor(random, 5)), product]);
      },
    },
    {
      name: `MatMul ${inputs} × 5 ${operator} what is computed from it`,
      width: inputs,
      build: (graph, x, random) => {
        const product = graph.node('MatMul', 'p', [x, graph.constant('w', tensor(random, inputs, 5))]);
        return graph.node(operator, 'y', [product, graph.node('Tanh', 't', [product])]);
      },
    },
  ]),
);

const linear = [2, 3, 4, 5, 17].flatMap((outputs) =>
  ['NONE', 'LOGISTIC', 'SOFTMAX'].flatMap((transform): readonly Case[] => [
    {
      name: `LinearRegressor of ${outputs} targets, ${transform}`,
      width: 5,
      build: (graph, x, random) =>
        graph.mlNode('LinearRegressor', 'y', [x], {
          targets: outputs,
          coefficients: { floats: normals(random, 5 * outputs) },
          intercepts: { floats: normals(random, outputs) },
          post_transform: { string: transform },
        }),
    },
    {
      name: `LinearClassifier of ${outputs} classes, ${transform}`,
      width: 5,
      build: (graph, x, random) =>
        scoresOf(graph, x, 'LinearClassifier', {
          coefficients: { floats: normals(random, 5 * outputs) },
          intercepts: { floats: normals(random, outputs) },
          classlabels_ints: { ints: Array.from({ length: outputs }, (_, i) => i) },
          multi_class: 1,
          post_transform: { string: transform },
        }),
    },
  ]),
);

/** Of a classifier, whose first output are labels. */
function scoresOf(
  graph: GraphBuilder,
  x: GraphValue,
  opType: string,
  attributes: Parameters<typeof nodeProto>[0]['attributes'] & object,
): GraphValue {
  const node = nodeProto({
    opType,
    inputs: [x.name],
    outputs: ['label', 'y'],
    attributes,
    domain: 'ai.onnx.ml',
  });
  return graph.ready(node)[1] as GraphValue;
}

const wide = [300, 1100].flatMap((inputs) =>
  [1, 3, 40, 400].map(
    (outputs): Case => ({
      name: `LinearRegressor ${inputs} × ${outputs}`,
      width: inputs,
      build: (graph, x, random) =>
        graph.mlNode('LinearRegressor', 'y', [x], {
          targets: outputs,
          coefficients: { floats: normals(random, inputs * outputs) },
        }),
    }),
  ),
);

const allModes = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'];

const plainTrees: RandomTrees = {
  trees: 13,
  depth: 5,
  width: 6,
  modes: ['BRANCH_LEQ'],
  hasMissing: false,
  prefix: 'target',
  targets: 'one',
  targetCount: 1,
};

const regressor = (name: string, options: Partial<RandomTrees>, attributes: object = {}): Case => ({
  name,
  width: 6,
  build: (graph, x, random) =>
    graph.mlNode('TreeEnsembleRegressor', 'y', [x], {
      n_targets: options.targetCount ?? 1,
      ...randomTrees(random, { ...plainTrees, ...options }),
      ...attributes,
    }),
});

const trees = [
  ...[...allModes.map((mode) => [mode]), allModes].flatMap((modes) =>
    [false, true].map((hasMissing) =>
      regressor(
        `trees of ${modes.length === 1 ? modes : 'every mode'}${hasMissing ? ', missing values either way' : ''}`,
        { modes, hasMissing },
        { base_values: { floats: [0.25] } },
      ),
    ),
  ),
  ...[0, 1, 8, 11].map((depth) => regressor(`trees ${depth} deep`, { depth })),
  ...[1, 4, 300].map((count) => regressor(`${count} trees`, { trees: count })),
  ...['SUM', 'AVERAGE', 'MIN', 'MAX'].flatMap((aggregate) =>
    [1, 3].map((targetCount) =>
      regressor(
        `${aggregate} of trees of ${targetCount} targets`,
        { targets: 'all', targetCount },
        {
          aggregate_function: { string: aggregate },
          base_values: { floats: [0.5, -1, 2].slice(0, targetCount) },
        },
      ),
    ),
  ),
  regressor('trees whose leaves name one target of three', { targetCount: 3 }),
  ...['LOGISTIC', 'SOFTMAX'].map((transform) =>
    regressor(
      `${transform} of trees`,
      { targets: 'all', targetCount: 3 },
      { post_transform: { string: transform } },
    ),
  ),
];

const classifiers = ['NONE', 'LOGISTIC', 'SOFTMAX'].flatMap((transform) =>
  [2, 3, 5].map(
    (classes): Case => ({
      name: `trees of ${classes} classes, ${transform}`,
      width: 6,
      build: (graph, x, random) =>
        scoresOf(graph, x, 'TreeEnsembleClassifier', {
          ...randomTrees(random, { ...plainTrees, prefix: 'class', targets: 'all', targetCount: classes }),
          classlabels_int64s: { ints: Array.from({ length: classes }, (_, i) => i) },
          post_transform: { string: transform },
        }),
    }),
  ),
);

const binaryClassifiers = ['NONE', 'LOGISTIC'].map(
  (transform): Case => ({
    name: `trees whose leaves name the first of two classes, ${transform}`,
    width: 6,
    build: (graph, x, random) =>
      scoresOf(graph, x, 'TreeEnsembleClassifier', {
        ...randomTrees(random, { ...plainTrees, prefix: 'class', targets: 'first', targetCount: 2 }),
        classlabels_int64s: { ints: [0, 1] },
        post_transform: { string: transform },
      }),
  }),
);

const columns: Case = {
  name: 'Gather, Reshape, Flatten and Concat',
  width: 5,
  build: (graph, x) => {
    const indices = graph.constant('i', { dims: [3], values: Int32Array.of(4, 0, -1) });
    const some = graph.node('Gather', 'some', [x, indices], { axis: 1 });
    return graph.node('Concat', 'y', [some, graph.node('Flatten', 'f', [x], { axis: 1 })], { axis: 1 });
  },
};

describe('the kernel gives the bits of onnxruntime-web for', () => {
  const cases = [
    ...elementwise,
    ...dense,
    ...sumsBeside,
    ...linear,
    ...wide,
    ...trees,
    ...classifiers,
    ...binaryClassifiers,
    columns,
  ];
  it.each(cases)('$name', async ({ width, build }) => {
    for (const seed of [1, 2, 3]) expect(await firstDifference(width, seed, build)).toBeUndefined();
  });
});
