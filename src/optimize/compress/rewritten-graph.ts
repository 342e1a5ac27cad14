import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../../onnx/model-proto.ts';
import { nodeProto } from '../../onnx/operator-proto.ts';
import { type Tensor, toTensorProto } from '../../onnx/tensor.ts';

/** A graph on its way to another form: nodes are added in order, constants by name. */
export class RewrittenGraph {
  readonly #model: ModelProto;
  readonly #nodes: NodeProto[] = [];
  readonly #constants: Map<string, TensorProto>;

  constructor(model: ModelProto) {
    this.#model = model;
    this.#constants = initializersOf(model);
  }

  /** Adds a constant, or replaces the one of that name, and gives its name. */
  constant(name: string, tensor: Tensor): string {
    this.#constants.set(name, toTensorProto(name, tensor));
    return name;
  }

  keep(node: NodeProto): void {
    this.#nodes.push(node);
  }

  /** Adds a node with one output, called `output`, and gives its name. */
  node(
    opType: string,
    output: string,
    inputs: readonly string[],
    ints: Readonly<Record<string, number>> = {},
  ): string {
    this.#nodes.push(nodeProto({ opType, inputs, outputs: [output], attributes: ints }));
    return output;
  }

  /** The model with the new nodes, of which only those are kept that an output needs, as of the constants. */
  build(): ModelProto {
    const graph = this.#model.graph as GraphProto;
    const needed = new Set(graph.outputs.map(({ name }) => name ?? ''));
    const nodes: NodeProto[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((name) => needed.has(name))) continue;
      for (const name of node.inputs) needed.add(name);
      nodes.push(node);
    }
    const initializers = [...this.#constants.values()].filter(({ name }) => needed.has(name ?? ''));
    return { ...this.#model, graph: { ...graph, nodes: nodes.reverse(), initializers } };
  }
}

export const initializersOf = (model: ModelProto): Map<string, TensorProto> =>
  new Map(model.graph?.initializers.map((tensor) => [tensor.name ?? '', tensor]));
