import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { GraphBuilder, type GraphValue } from '../../src/onnx/graph-builder.ts';
import { createInterpreter } from '../../src/onnx/interpreter.ts';
import type { Tensor } from '../../src/onnx/tensor.ts';
import { runOrt } from './run-ort.ts';

const normals = (random: SeededRandom, size: number): Float32Array =>
  Float32Array.from({ length: size }, () => random.normal());

async function bothOf(
  build: (graph: GraphBuilder, x: GraphValue) => GraphValue,
  x: Float32Array,
  width: number,
): Promise<{ ours: unknown; theirs: unknown }> {
  const graph = new GraphBuilder('g');
  const y = build(graph, graph.floatInput('x', ['rows', width]));
  graph.floatOutput(y, ['rows', 'columns']);
  const model = graph.build();
  const interpreter = createInterpreter(model);
  if (!interpreter.ok) throw new Error(interpreter.error);
  const input: Tensor = { dims: [x.length / width, width], values: x };
  return {
    ours: interpreter.value.run(new Map([['x', input]])).get(y.name)?.values,
    theirs: await runOrt(model, y.name, x, width),
  };
}

describe('the interpreter gives the bits of onnxruntime-web for', () => {
  const shapes = [
    [1, 1, 1],
    [1, 300, 1],
    [5, 32, 16],
    [3, 256, 5],
    [64, 257, 7],
    [2, 700, 33],
  ] as const;

  it.each(shapes)('MatMul of [%i, %i] by %i columns', async (rows, width, columns) => {
    const random = new SeededRandom(rows * 1000 + width);
    const weights: Tensor = { dims: [width, columns], values: normals(random, width * columns) };
    const { ours, theirs } = await bothOf(
      (graph, x) => graph.node('MatMul', 'y', [x, graph.constant('w', weights)]),
      normals(random, rows * width),
      width,
    );
    expect(ours).toEqual(theirs);
  });

  it.each(shapes)(
    'Gemm of [%i, %i] by %i columns, its right side as it is and transposed',
    async (rows, width, columns) => {
      const random = new SeededRandom(rows * 2000 + width);
      for (const transB of [0, 1]) {
        const dims = transB === 1 ? [columns, width] : [width, columns];
        const weights: Tensor = { dims, values: normals(random, width * columns) };
        const bias: Tensor = { dims: [columns], values: normals(random, columns) };
        const { ours, theirs } = await bothOf(
          (graph, x) =>
            graph.node('Gemm', 'y', [x, graph.constant('w', weights), graph.constant('b', bias)], { transB }),
          normals(random, rows * width),
          width,
        );
        expect(ours).toEqual(theirs);
      }
    },
  );

  it('Gather of columns beside all of them', async () => {
    const picked: Tensor = { dims: [3], values: Int32Array.of(4, 0, 4) };
    const { ours, theirs } = await bothOf(
      (graph, x) => {
        const some = graph.node('Gather', 'some', [x, graph.constant('picked', picked)], { axis: 1 });
        return graph.node('Concat', 'y', [some, x], { axis: 1 });
      },
      normals(new SeededRandom(3), 4 * 5),
      5,
    );
    expect(ours).toEqual(theirs);
    expect(ours).toHaveLength(4 * 8);
  });
});
