import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import { createInterpreter } from '../../src/onnx/interpreter.ts';
import { roundHalfEven } from '../../src/onnx/round-half-even.ts';
import type { Tensor } from '../../src/onnx/tensor.ts';

function evaluate(build: (graph: GraphBuilder) => { readonly name: string }, x: Tensor): Tensor | undefined {
  const graph = new GraphBuilder('g');
  const output = build(graph);
  const interpreter = createInterpreter(graph.build());
  if (!interpreter.ok) throw new Error(interpreter.error);
  return interpreter.value.run(new Map([['x', x]])).get(output.name);
}

describe('the reference interpreter', () => {
  it('quantizes with ties to even and saturates', () => {
    const result = evaluate(
      (graph) =>
        graph.node('QuantizeLinear', 'q', [
          graph.floatInput('x', ['n']),
          graph.constant('scale', { dims: [], values: Float32Array.of(1) }),
          graph.constant('zero', { dims: [], values: Int8Array.of(0) }),
        ]),
      { dims: [6], values: Float32Array.of(0.5, 1.5, 2.5, -0.5, 1000, -1000) },
    );
    expect(result?.values).toEqual(Int8Array.of(0, 2, 2, 0, 127, -128));
  });

  it('dequantizes with one scale for each index of the axis', () => {
    const result = evaluate(
      (graph) =>
        graph.node(
          'DequantizeLinear',
          'd',
          [
            graph.constant('codes', { dims: [2, 2], values: Int8Array.of(1, 2, 3, 4) }),
            graph.constant('scales', { dims: [2], values: Float32Array.of(10, 0.5) }),
            graph.constant('zeros', { dims: [2], values: Int8Array.of(0, 0) }),
          ],
          { axis: 1 },
        ),
      { dims: [1], values: Float32Array.of(0) },
    );
    expect(result).toEqual({ dims: [2, 2], values: Float32Array.of(10, 1, 30, 2) });
  });

  it('refuses an operator outside its subset before anything is run', () => {
    const graph = new GraphBuilder('g');
    graph.node('Conv', 'y', [graph.floatInput('x', ['n'])]);
    expect(createInterpreter(graph.build())).toEqual({
      ok: false,
      error: 'operator :Conv is not supported',
    });
  });

  it('throws on shapes that do not broadcast', () => {
    const add = (): unknown =>
      evaluate(
        (graph) =>
          graph.node('Add', 'y', [
            graph.floatInput('x', ['n', 2]),
            graph.constant('b', { dims: [3], values: Float32Array.of(1, 2, 3) }),
          ]),
        { dims: [1, 2], values: Float32Array.of(1, 2) },
      );
    expect(add).toThrow('cannot broadcast [3] over [1,2]');
  });
});

describe('roundHalfEven', () => {
  it('takes ties to the even side, unlike Math.round', () => {
    expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, 2.5001].map(roundHalfEven)).toEqual([
      -2, -2, 0, 0, 2, 2, 2, 3,
    ]);
  });
});
