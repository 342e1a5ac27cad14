import { describe, expect, it } from 'vitest';
import { attributeProto } from '../../src/onnx/attribute-proto.ts';
import { constantFault } from '../../src/onnx/constant-fault.ts';
import { constantGraph } from '../../src/onnx/constant-graph.ts';
import {
  type AttributeProto,
  decodeModel,
  encodeModel,
  type GraphProto,
  type TensorProto,
} from '../../src/onnx/model-proto.ts';
import { toTensorProto } from '../../src/onnx/tensor.ts';

const { graph } = constantGraph(3, [0]);
if (!graph) throw new Error('no graph');

const floats = (...values: number[]): TensorProto =>
  toTensorProto('w', { dims: [values.length], values: Float32Array.from(values) });

/** `type` 6, without values. */
const attribute = attributeProto('a', { floats: [] });

const withInitializer = (change: Partial<TensorProto>): GraphProto => ({
  ...graph,
  initializers: [...graph.initializers, { ...floats(1, 2), ...change }],
});

const withAttribute = (change: Partial<AttributeProto>): GraphProto => ({
  ...graph,
  nodes: graph.nodes.map((node) => ({ ...node, attributes: [{ ...attribute, ...change }] })),
});

/** As it is read back from a file: what the codec does not know lies in `unknown`. */
function reread(changed: GraphProto): GraphProto {
  const decoded = decodeModel(encodeModel({ ...constantGraph(3, [0]), graph: changed }));
  if (!decoded.ok || !decoded.value.graph) throw new Error('not read');
  return decoded.value.graph;
}

describe('constantFault', () => {
  it('finds nothing in a graph of finite weights, whole numbers and text', () => {
    expect(constantFault(reread(graph))).toBeUndefined();
    expect(
      constantFault(reread(withInitializer({ dataType: 7, rawData: new Uint8Array(16) }))),
    ).toBeUndefined();
    expect(constantFault(reread(withAttribute({ floats: [1, 2] })))).toBeUndefined();
    expect(constantFault(reread(withAttribute({ type: 8 })))).toBeUndefined();
  });

  it.each<[string, GraphProto, string]>([
    ['NaN among raw data', withInitializer(floats(1, NaN)), 'initializer w is not finite'],
    ['an infinity among raw data', withInitializer(floats(Infinity)), 'initializer w is not finite'],
    [
      'NaN among typed data',
      withInitializer({ rawData: undefined, floatData: [0, NaN] }),
      'initializer w is not finite',
    ],
    ['a shape that does not fit', withInitializer({ dims: [5] }), 'do not fill'],
    ['half floats', withInitializer({ dataType: 10 }), 'type 10, which is not read'],
    ['doubles', withInitializer({ dataType: 11 }), 'type 11, which is not read'],
    ['weights outside the file', withInitializer({ dataLocation: 1 }), 'lies outside the file'],
    ['whole numbers outside the file', withInitializer({ dataType: 3, dataLocation: 1 }), 'outside the file'],
    ['NaN among a tree’s thresholds', withAttribute({ floats: [0.5, NaN] }), 'is not finite'],
    ['an infinite attribute', withAttribute({ type: 1, float: Infinity }), 'is not finite'],
    ['NaN in a constant', withAttribute({ type: 4, tensor: floats(NaN) }), 'is not finite'],
    ['a graph inside the graph', withAttribute({ type: 5 }), 'has type 5'],
    ['an attribute without type', withAttribute({ type: undefined }), 'has type undefined'],
    ['sparse weights', { ...graph, unknown: [Uint8Array.of(122, 0)] }, 'sparse'],
  ])('finds %s', (_, changed, fault) => {
    expect(constantFault(reread(changed))).toContain(fault);
  });
});
