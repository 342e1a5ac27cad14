import { err, ok, type Result } from '../../core/result.ts';
import { createInterpreter } from '../../onnx/interpreter.ts';
import type { ModelProto, NodeProto, TensorProto } from '../../onnx/model-proto.ts';
import { roundHalfEven } from '../../onnx/round-half-even.ts';
import { fromTensorProto, type Tensor } from '../../onnx/tensor.ts';
import { type AffineScale, affineScale } from './affine-scale.ts';
import type { Calibrator, ValueRange } from './calibrator.ts';
import { type ConstantProduct, constantProduct } from './constant-product.ts';
import { quantizeColumns, type WeightQuantization } from './quantize-columns.ts';
import { initializersOf, RewrittenGraph } from './rewritten-graph.ts';

export interface GraphQuantization extends WeightQuantization {
  readonly activations: ActivationQuantization;
  /** Products that stay f32, by the name of their output. */
  readonly skip: ReadonlySet<string>;
}

/**
 * `none`: only the weights become int8, and are multiplied as f32 again. `static`: the left sides as well, in
 * the range that a calibrator, one for each activation, finds while the f32 graph runs on the batches.
 */
type ActivationQuantization =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'static';
      readonly batches: Iterable<ReadonlyMap<string, Tensor>>;
      readonly createCalibrator: () => Calibrator;
    };

/**
 * int8 quantization in QDQ form. Of every MatMul and Gemm with a constant right side, the weights become
 * symmetric int8 behind a DequantizeLinear, with a scale an output or one for the matrix. With static
 * activations the left side passes through QuantizeLinear and DequantizeLinear, and a constant added to the
 * product becomes int32 at the product's own scale. Everything else stays f32, as do input and output.
 *
 * Each DequantizeLinear states its zero points, also where they are 0, and each product quantizes its left
 * side for itself, also where two have the same: only then does onnxruntime 1.30 compute the product and its
 * int32 bias in integers (QGemm), which `integer-reference.ts` equals bit for bit. Otherwise it dequantizes and
 * multiplies in f32. A bias too large for int32 stays f32, and its product with it.
 */
export function quantizeGraph(model: ModelProto, options: GraphQuantization): Result<ModelProto, string> {
  const initializers = initializersOf(model);
  const products: ConstantProduct[] = [];
  for (const node of model.graph?.nodes ?? []) {
    const product = options.skip.has(node.outputs[0] ?? '')
      ? ok(undefined)
      : constantProduct(node, initializers);
    if (!product.ok) return product;
    if (product.value) products.push(product.value);
  }
  const ranges = calibrate(model, products, options.activations);
  if (!ranges.ok) return ranges;
  const rewriting = new Rewriting(model, initializers, ranges.value, options);
  const byNode = new Map(products.map((product) => [product.node, product]));
  for (const node of model.graph?.nodes ?? []) {
    const product = byNode.get(node);
    if (product) rewriting.product(product);
    else if (node.opType === 'Add') rewriting.sum(node);
    else rewriting.graph.keep(node);
  }
  return ok(rewriting.graph.build());
}

/** The range of each product's left side; empty where activations stay f32. */
function calibrate(
  model: ModelProto,
  products: readonly ConstantProduct[],
  activations: ActivationQuantization,
): Result<ReadonlyMap<string, ValueRange>, string> {
  if (activations.kind === 'none') return ok(new Map());
  const interpreter = createInterpreter(model);
  if (!interpreter.ok) return interpreter;
  const calibrators = new Map(products.map(({ activation }) => [activation, activations.createCalibrator()]));
  let batches = 0;
  for (const batch of activations.batches) {
    const values = interpreter.value.run(batch);
    for (const [name, calibrator] of calibrators) calibrator.observe(values.get(name)?.values ?? []);
    batches += 1;
  }
  if (batches === 0) return err('static quantization needs calibration rows');
  return ok(new Map(Array.from(calibrators, ([name, calibrator]) => [name, calibrator.range()])));
}

class Rewriting {
  readonly graph: RewrittenGraph;
  readonly #initializers: ReadonlyMap<string, TensorProto>;
  readonly #ranges: ReadonlyMap<string, ValueRange>;
  readonly #weights: WeightQuantization;
  /** Output name of each integer product to the scale of its integers, output by output. */
  readonly #productScales = new Map<string, Float32Array>();
  readonly #biases = new Set<string>();

  constructor(
    model: ModelProto,
    initializers: ReadonlyMap<string, TensorProto>,
    ranges: ReadonlyMap<string, ValueRange>,
    weights: WeightQuantization,
  ) {
    this.graph = new RewrittenGraph(model);
    this.#initializers = initializers;
    this.#ranges = ranges;
    this.#weights = weights;
  }

  product(product: ConstantProduct): void {
    const { node, activation, weightsName, outputs, isTransposed } = product;
    const { codes, scales } = quantizeColumns(
      { values: product.weights.values, outputs, isTransposed },
      this.#weights,
    );
    const weights = this.#dequantized(
      weightsName,
      { dims: product.weights.dims, values: codes },
      scales,
      isTransposed ? 0 : 1,
    );
    const range = this.#ranges.get(activation);
    const biasName = product.biasName;
    const bias = biasName === undefined ? [] : [biasName];
    if (!range) {
      this.graph.keep({ ...node, inputs: [activation, weights, ...bias] });
      return;
    }
    const output = node.outputs[0] ?? '';
    const left = affineScale(range);
    const input = this.#requantized(`${output}_input`, activation, left);
    const productScales = scales.map((scale) => Math.fround(left.scale * scale));
    if (biasName === undefined) this.#productScales.set(output, productScales);
    else bias[0] = this.#bias(biasName, productScales) ?? biasName;
    this.graph.keep({ ...node, inputs: [input, weights, ...bias] });
  }

  /** The node, with its second input as int32 where that is a constant added to an integer product. */
  sum(node: NodeProto): void {
    const [product = '', biasName = ''] = node.inputs;
    const scales = this.#productScales.get(product);
    const bias = scales && this.#bias(biasName, scales);
    this.graph.keep(bias === undefined ? node : { ...node, inputs: [product, bias] });
  }

  /** The name of the constant as int32 behind a DequantizeLinear; undefined where it cannot be that. */
  #bias(name: string, scales: Float32Array): string | undefined {
    const proto = this.#initializers.get(name);
    const bias = proto && fromTensorProto(proto);
    if (!bias?.ok || bias.value.values.length !== scales.length || this.#biases.has(name)) return undefined;
    const codes = Array.from(bias.value.values, (value, i) => roundHalfEven(value / (scales[i] as number)));
    // Beside weights next to nothing a bias may not fit; it then stays as it is.
    if (codes.some((code) => Math.abs(code) > BIAS_MAX)) return undefined;
    this.#biases.add(name);
    return this.#dequantized(name, { dims: bias.value.dims, values: Int32Array.from(codes) }, scales, 0);
  }

  #requantized(name: string, activation: string, { scale, zeroPoint }: AffineScale): string {
    const parameters = [
      this.graph.constant(`${name}_scale`, { dims: [], values: Float32Array.of(scale) }),
      this.graph.constant(`${name}_zero_point`, { dims: [], values: Int8Array.of(zeroPoint) }),
    ];
    const codes = this.graph.node('QuantizeLinear', `${name}_quantized`, [activation, ...parameters]);
    return this.graph.node('DequantizeLinear', name, [codes, ...parameters]);
  }

  #dequantized(
    name: string,
    codes: Tensor<Int8Array | Int32Array>,
    scales: Float32Array,
    axis: number,
  ): string {
    const Codes = codes.values instanceof Int8Array ? Int8Array : Int32Array;
    const inputs = [
      this.graph.constant(`${name}_quantized`, codes),
      this.graph.constant(`${name}_scale`, { dims: [scales.length], values: scales }),
      this.graph.constant(`${name}_zero_point`, { dims: [scales.length], values: new Codes(scales.length) }),
    ];
    return this.graph.node('DequantizeLinear', `${name}_dequantized`, inputs, { axis });
  }
}

/** Half of int32, so that a bias leaves room for the product it is added to. */
export const BIAS_MAX = 0x3fffffff;
