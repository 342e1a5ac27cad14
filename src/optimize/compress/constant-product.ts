import { err, ok, type Result } from '../../core/result.ts';
import type { NodeProto, TensorProto } from '../../onnx/model-proto.ts';
import { intAttributeOf } from '../../onnx/operator-proto.ts';
import { fromTensorProto, type Tensor } from '../../onnx/tensor.ts';

/** A MatMul or Gemm whose right side is a constant matrix: what quantization rewrites. */
export interface ConstantProduct {
  readonly node: NodeProto;
  readonly activation: string;
  readonly weightsName: string;
  /** f32, as they stand in the graph. */
  readonly weights: Tensor<Float32Array>;
  readonly inputs: number;
  readonly outputs: number;
  /** The weights stand as [outputs × inputs]: Gemm with `transB`. */
  readonly isTransposed: boolean;
  /** Of a Gemm with a third input. */
  readonly biasName: string | undefined;
}

/**
 * The node as a product, or undefined where it is something else or its right side is computed. An error where
 * it is a product that the quantizer cannot keep the meaning of.
 */
export function constantProduct(
  node: NodeProto,
  initializers: ReadonlyMap<string, TensorProto>,
): Result<ConstantProduct | undefined, string> {
  if ((node.domain ?? '') !== '' || (node.opType !== 'MatMul' && node.opType !== 'Gemm'))
    return ok(undefined);
  const [activation = '', weightsName = '', biasName] = node.inputs;
  const proto = initializers.get(weightsName);
  if (!proto) return ok(undefined);
  const tensor = fromTensorProto(proto);
  if (!tensor.ok) return tensor;
  const { dims, values } = tensor.value;
  const [rows = 0, columns = 0] = dims;
  if (dims.length !== 2) return err(`${weightsName}: only matrices are quantized, not [${dims}]`);
  if (!(values instanceof Float32Array)) return err(`${weightsName}: only f32 weights are quantized`);
  if (!isPlain(node)) return err(`${node.outputs[0]}: Gemm with alpha, beta or transA is not quantized`);
  const isTransposed = intAttributeOf(node, 'transB') === 1;
  return ok({
    node,
    activation,
    weightsName,
    weights: { dims, values },
    inputs: isTransposed ? columns : rows,
    outputs: isTransposed ? rows : columns,
    isTransposed,
    biasName: biasName === '' ? undefined : biasName,
  });
}

const isPlain = (node: NodeProto): boolean =>
  intAttributeOf(node, 'transA') !== 1 &&
  node.attributes.every(({ name, float }) => (name !== 'alpha' && name !== 'beta') || float === 1);
