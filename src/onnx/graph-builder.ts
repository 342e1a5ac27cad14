import type { AttributeValue } from './attribute-proto.ts';
import { type Dimension, floatValueInfo } from './float-value-info.ts';
import type { ModelProto, NodeProto, TensorProto, ValueInfoProto } from './model-proto.ts';
import { nodeProto } from './operator-proto.ts';
import { type Tensor, toTensorProto } from './tensor.ts';

/** The operator set the builder's nodes are written in. 13 is the first with per-axis DequantizeLinear. */
const OPSET = 13;

/** The domain of the tree ensembles, and the version of its operator set they are written in (ONNX 1.11). */
const ML_DOMAIN = 'ai.onnx.ml';
const ML_OPSET = 3;

/** A value inside a graph, made by the builder that knows it. */
export interface GraphValue {
  readonly name: string;
}

/**
 * Builds a ModelProto in the order of its calls, so the same calls give the same bytes. Values exist before
 * they are used, which makes the node list topologically sorted, as ONNX demands.
 */
export class GraphBuilder {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #names = new Set<string>();
  readonly #graphName: string;

  constructor(graphName: string) {
    this.#graphName = graphName;
  }

  floatInput(name: string, dims: readonly Dimension[]): GraphValue {
    const value = this.#define(name);
    this.#inputs.push(floatValueInfo(name, dims));
    return value;
  }

  constant(name: string, tensor: Tensor): GraphValue {
    const value = this.#define(name);
    this.#initializers.push(toTensorProto(name, tensor));
    return value;
  }

  /** A node of ONNX's own operator set with one output, called `name`. */
  node(
    opType: string,
    name: string,
    inputs: readonly GraphValue[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): GraphValue {
    return this.#add(undefined, opType, name, inputs, attributes);
  }

  /** A node of the `ai.onnx.ml` operator set with one output, called `name`. */
  mlNode(
    opType: string,
    name: string,
    inputs: readonly GraphValue[],
    attributes: Readonly<Record<string, AttributeValue>>,
  ): GraphValue {
    return this.#add(ML_DOMAIN, opType, name, inputs, attributes);
  }

  /** A node that is made already, of another domain or with several outputs, which are what it gives. */
  ready(node: NodeProto): readonly GraphValue[] {
    for (const name of node.inputs) this.#assertDefined({ name });
    this.#nodes.push(node);
    return node.outputs.map((name) => this.#define(name));
  }

  floatOutput(value: GraphValue, dims: readonly Dimension[]): void {
    this.#assertDefined(value);
    this.#outputs.push(floatValueInfo(value.name, dims));
  }

  build(): ModelProto {
    const hasMl = this.#nodes.some(({ domain }) => domain === ML_DOMAIN);
    const operatorSet = { domain: '', version: OPSET, unknown: [] };
    const mlOperatorSet = { domain: ML_DOMAIN, version: ML_OPSET, unknown: [] };
    return {
      // IR 7 is what opset 13 was released with (ONNX 1.8), IR 8 is ml opset 3's (ONNX 1.11).
      irVersion: hasMl ? 8 : 7,
      producerName: 'ultrathink',
      graph: {
        nodes: this.#nodes,
        name: this.#graphName,
        initializers: this.#initializers,
        inputs: this.#inputs,
        outputs: this.#outputs,
        unknown: [],
      },
      operatorSets: hasMl ? [operatorSet, mlOperatorSet] : [operatorSet],
      unknown: [],
    };
  }

  #add(
    domain: string | undefined,
    opType: string,
    name: string,
    inputs: readonly GraphValue[],
    attributes: Readonly<Record<string, AttributeValue>>,
  ): GraphValue {
    for (const input of inputs) this.#assertDefined(input);
    const value = this.#define(name);
    const names = inputs.map((input) => input.name);
    this.#nodes.push(nodeProto({ opType, inputs: names, outputs: [name], attributes, domain }));
    return value;
  }

  #define(name: string): GraphValue {
    if (name === '' || this.#names.has(name))
      throw new Error(`graph value '${name}' is empty or defined twice`);
    this.#names.add(name);
    return { name };
  }

  #assertDefined(value: GraphValue): void {
    if (!this.#names.has(value.name)) throw new Error(`graph value '${value.name}' belongs to another graph`);
  }
}
