import { expect, it } from 'vitest';
import type { SeededRandom } from '../../../src/core/seeded-random.ts';
import type { GraphBuilder, GraphValue } from '../../../src/onnx/graph-builder.ts';
import { builtGraph, faultsOf, firstDifference } from './kernel-and-ort.ts';
import { randomTrees } from './random-trees.ts';

const GRAPHS = 400;
const WIDTH = 5;

interface Sized {
  readonly value: GraphValue;
  readonly width: number;
}

const oneOf = <T>(random: SeededRandom, items: readonly T[]): T => items[random.below(items.length)] as T;

const normals = (random: SeededRandom, size: number): Float32Array =>
  Float32Array.from({ length: size }, () => random.normal());

/**
 * A graph of three to nine operators, each on a value before it: whatever onnxruntime-web makes one operator of, moves or
 * leaves out is met sooner or later.
 */
function randomGraph(graph: GraphBuilder, x: GraphValue, random: SeededRandom): GraphValue {
  const values: Sized[] = [{ value: x, width: WIDTH }];
  const count = 3 + random.below(7);
  for (let i = 0; i < count; i += 1) {
    // Mostly on the last one: chains are what is made one.
    const from = random.uniform() < 0.7 ? (values.at(-1) as Sized) : oneOf(random, values);
    values.push(randomOperator(graph, `v${i}`, from, values, random));
  }
  return (values.at(-1) as Sized).value;
}

function randomOperator(
  graph: GraphBuilder,
  name: string,
  { value, width }: Sized,
  values: readonly Sized[],
  random: SeededRandom,
): Sized {
  const constant = (part: string, ...dims: readonly number[]): GraphValue => {
    const size = dims.reduce((product, dim) => product * dim, 1);
    return graph.constant(`${name}_${part}`, { dims, values: normals(random, size) });
  };
  const outputs = 1 + random.below(6);
  const node = (operator: string, inputs: readonly GraphValue[], attributes = {}, to = width): Sized => ({
    value: graph.node(operator, name, inputs, attributes),
    width: to,
  });
  switch (random.below(12)) {
    case 0:
    case 1: {
      const operator = oneOf(random, ['Add', 'Sub', 'Mul', 'Div']);
      const row = constant('c', ...oneOf(random, [[], [1], [width], [1, width]]));
      return node(operator, random.uniform() < 0.5 ? [value, row] : [row, value]);
    }
    case 2: {
      const others = values.filter((other) => other.width === width);
      return node(oneOf(random, ['Add', 'Sub', 'Mul']), [value, oneOf(random, others).value]);
    }
    case 3:
    case 4:
      return node(oneOf(random, ['Relu', 'Sigmoid', 'Tanh', 'Identity']), [value]);
    case 5: {
      const bounds = [-1, 1].map((bound, i) =>
        graph.constant(`${name}_${i}`, { dims: [], values: Float32Array.of(bound) }),
      );
      return node('Clip', [value, ...bounds]);
    }
    case 6:
    case 7:
      return node('MatMul', [value, constant('w', width, outputs)], {}, outputs);
    case 8:
      return node('Gemm', [value, constant('w', width, outputs), constant('b', outputs)], {}, outputs);
    case 9: {
      const columns = Int32Array.from({ length: outputs }, () => random.below(width));
      const indices = graph.constant(`${name}_i`, { dims: [outputs], values: columns });
      return node('Gather', [value, indices], { axis: 1 }, outputs);
    }
    case 10: {
      const other = oneOf(random, values);
      return node('Concat', [value, other.value], { axis: 1 }, width + other.width);
    }
    default: {
      if (random.uniform() < 0.5) return node('Softmax', [value], { axis: 1 });
      const lists = randomTrees(random, {
        trees: 1 + random.below(6),
        depth: 3,
        width,
        modes: ['BRANCH_LEQ'],
        hasMissing: random.uniform() < 0.5,
        prefix: 'target',
        targets: 'all',
        targetCount: 1,
      });
      return {
        value: graph.mlNode('TreeEnsembleRegressor', name, [value], { n_targets: 1, ...lists }),
        width: 1,
      };
    }
  }
}

it(`${GRAPHS} random graphs are scored with the bits of onnxruntime-web, or refused`, {
  timeout: 120_000,
}, async () => {
  let compared = 0;
  const differences: string[] = [];
  for (let seed = 1; seed <= GRAPHS; seed += 1) {
    if (faultsOf(builtGraph(WIDTH, seed, randomGraph)).length > 0) continue;
    compared += 1;
    const difference = await firstDifference(WIDTH, seed, randomGraph);
    if (difference !== undefined) differences.push(difference);
  }
  expect(differences).toEqual([]);
  expect(compared).toBeGreaterThan(GRAPHS / 2);
});
