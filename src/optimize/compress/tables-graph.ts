import { GraphBuilder, type GraphValue } from '../../onnx/graph-builder.ts';
import type { ModelProto } from '../../onnx/model-proto.ts';
import { nodeProto } from '../../onnx/operator-proto.ts';
import { type Tensor, tensorType } from '../../onnx/tensor.ts';
import type { AffineScale } from './affine-scale.ts';
import { dequantizedWeights } from './evaluate-tables.ts';
import type { DenseForm, DenseTables, HeadTables, MemberTables, ModelTables } from './model-tables.ts';
import { treeNode } from './tree-node.ts';

export const INPUT_NAME = 'features';
export const OUTPUT_NAME = 'probability';

/**
 * The tables as an ONNX graph, from raw features f32[batch, inputWidth] to scores f32[batch, heads]. Layers with
 * integer arithmetic are in QDQ form, in integer operators where their input's range is dynamic; those that only
 * keep their weights in int8 have them as the f32 that they are multiplied as. onnxruntime-web 1.30 scores it
 * to the same bits as `evaluateTables`, dynamic layers row by row.
 */
export function tablesGraph(name: string, model: ModelTables): ModelProto {
  const graph = new GraphBuilder(name);
  const input = graph.floatInput(INPUT_NAME, ['batch', model.inputWidth]);
  const only = model.heads.length === 1;
  const scores = model.heads.map((head, i) => {
    return new HeadGraph(graph, `head${i}`).score(
      head,
      model.inputWidth,
      input,
      only ? OUTPUT_NAME : undefined,
    );
  });
  const [first] = scores as [GraphValue];
  const output = only ? first : graph.node('Concat', OUTPUT_NAME, scores, { axis: 1 });
  graph.floatOutput(output, ['batch', model.heads.length]);
  return graph.build();
}

/** Nodes of one head, all of whose names start with its own. */
class HeadGraph {
  readonly #graph: GraphBuilder;
  readonly #name: string;

  constructor(graph: GraphBuilder, name: string) {
    this.#graph = graph;
    this.#name = name;
  }

  /** `outputName` where the score is the graph's output. */
  score(head: HeadTables, inputWidth: number, input: GraphValue, outputName: string | undefined): GraphValue {
    const chosen = this.#chosen(head.columns, inputWidth, input);
    const standardised = this.#standardised(head, chosen);
    const shares = head.members.map((member, i) => {
      const logit = this.#member(`member${i}`, member, chosen, standardised);
      return this.#node('Mul', `member${i}_share`, [logit, this.#scalar(`member${i}_weight`, member.weight)]);
    });
    const sum = shares.reduce((total, share, i) => this.#node('Add', `sum${i}`, [total, share]));
    const logit = this.#node('Add', 'logit', [sum, this.#scalar('offset', head.offset)]);
    return this.#graph.node('Sigmoid', outputName ?? this.#called('score'), [logit]);
  }

  #chosen(columns: Uint8Array, inputWidth: number, input: GraphValue): GraphValue {
    if (columns.length === inputWidth && columns.every((column, place) => column === place)) return input;
    const indices = this.#constant('columns', [columns.length], Int32Array.from(columns));
    return this.#node('Gather', 'chosen', [input, indices], { axis: 1 });
  }

  #standardised({ standardiser }: HeadTables, chosen: GraphValue): GraphValue {
    const { mean, inverseDeviation, min, max } = standardiser;
    const centred = this.#node('Sub', 'centred', [chosen, this.#vector('mean', mean)]);
    const scaled = this.#node('Mul', 'scaled', [
      centred,
      this.#vector('inverse_deviation', inverseDeviation),
    ]);
    return this.#node('Clip', 'standardised', [
      scaled,
      this.#scalar('standardised_min', min),
      this.#scalar('standardised_max', max),
    ]);
  }

  #member(name: string, member: MemberTables, chosen: GraphValue, standardised: GraphValue): GraphValue {
    if (member.kind === 'trees') {
      const { trees } = member;
      const ensemble = trees.kind === 'f32' ? trees.ensemble : trees.leaves.codes;
      const sums = treeNode(this.#graph, this.#called(`${name}_sums`), chosen, ensemble);
      if (trees.kind === 'f32') return sums;
      const scaled = this.#node('Mul', `${name}_scaled`, [
        sums,
        this.#scalar(`${name}_scale`, trees.leaves.scale),
      ]);
      return this.#node('Add', `${name}_logit`, [scaled, this.#scalar(`${name}_base`, trees.leaves.base)]);
    }
    let values = standardised;
    member.layers.forEach((layer, i) => {
      if (i > 0) values = this.#node('Relu', `${name}_active${i}`, [values]);
      values = this.#layer(`${name}_layer${i}`, layer, values);
    });
    return values;
  }

  #layer(name: string, { inputs, outputs, form }: DenseTables, input: GraphValue): GraphValue {
    const dims = [inputs, outputs];
    if (form.kind === 'f32') {
      const weights = this.#constant(`${name}_weights`, dims, form.weights);
      return this.#affine(name, input, weights, this.#vector(`${name}_bias`, form.bias));
    }
    if (form.arithmetic.kind === 'dynamic')
      return this.#dynamicLayer(name, dims, form, form.arithmetic.bias, input);
    if (form.arithmetic.kind === 'float') {
      const values = dequantizedWeights(form.codes, form.scales);
      const weights = this.#constant(`${name}_weights`, dims, values);
      return this.#affine(name, input, weights, this.#vector(`${name}_bias`, form.arithmetic.bias));
    }
    const weights = this.#dequantized(`${name}_weights`, dims, form.codes, form.scales, 1);
    const scale = form.arithmetic.input;
    const productScales = form.scales.map((factor) => Math.fround(scale.scale * factor));
    const bias = this.#dequantized(`${name}_bias`, [outputs], form.arithmetic.bias, productScales, 0);
    return this.#affine(name, this.#requantized(name, input, scale), weights, bias);
  }

  #dynamicLayer(
    name: string,
    dims: readonly number[],
    { codes, scales }: Extract<DenseForm, { readonly kind: 'int8' }>,
    bias: Float32Array,
    input: GraphValue,
  ): GraphValue {
    const parts = ['codes', 'range', 'zero'].map((part) => this.#called(`${name}_input_${part}`));
    const quantize = { opType: 'DynamicQuantizeLinear', inputs: [input.name], outputs: parts };
    const [left, range, zero] = this.#graph.ready(nodeProto(quantize)) as [
      GraphValue,
      GraphValue,
      GraphValue,
    ];
    const weights = this.#constant(`${name}_weights`, dims, codes);
    const sums = this.#node('MatMulInteger', `${name}_sums`, [left, weights, zero]);
    const cast = this.#node('Cast', `${name}_cast`, [sums], { to: tensorType.float });
    const factors = this.#node('Mul', `${name}_factors`, [range, this.#vector(`${name}_scales`, scales)]);
    const product = this.#node('Mul', `${name}_product`, [cast, factors]);
    return this.#node('Add', name, [product, this.#vector(`${name}_bias`, bias)]);
  }

  #affine(name: string, input: GraphValue, weights: GraphValue, bias: GraphValue): GraphValue {
    return this.#node('Add', name, [this.#node('MatMul', `${name}_product`, [input, weights]), bias]);
  }

  #requantized(name: string, input: GraphValue, { scale, zeroPoint }: AffineScale): GraphValue {
    const parameters = [
      this.#scalar(`${name}_input_scale`, scale),
      this.#constant(`${name}_input_zero`, [], Int8Array.of(zeroPoint)),
    ];
    const codes = this.#node('QuantizeLinear', `${name}_input_codes`, [input, ...parameters]);
    return this.#node('DequantizeLinear', `${name}_input`, [codes, ...parameters]);
  }

  /** With zero points, without which onnxruntime would not compute in integers; see `quantize-graph.ts`. */
  #dequantized(
    name: string,
    dims: readonly number[],
    codes: Int8Array | Int32Array,
    scales: Float32Array,
    axis: number,
  ): GraphValue {
    const Codes = codes instanceof Int8Array ? Int8Array : Int32Array;
    const inputs = [
      this.#constant(`${name}_codes`, dims, codes),
      this.#vector(`${name}_scales`, scales),
      this.#constant(`${name}_zeros`, [scales.length], new Codes(scales.length)),
    ];
    return this.#node('DequantizeLinear', name, inputs, { axis });
  }

  #node(
    opType: string,
    name: string,
    inputs: readonly GraphValue[],
    attributes: Readonly<Record<string, number>> = {},
  ): GraphValue {
    return this.#graph.node(opType, this.#called(name), inputs, attributes);
  }

  #scalar(name: string, value: number): GraphValue {
    return this.#constant(name, [], Float32Array.of(value));
  }

  #vector(name: string, values: Float32Array): GraphValue {
    return this.#constant(name, [values.length], values);
  }

  #constant(name: string, dims: readonly number[], values: Tensor['values']): GraphValue {
    return this.#graph.constant(this.#called(name), { dims, values });
  }

  #called(name: string): string {
    return `${this.#name}_${name}`;
  }
}
