import type { AttributeProto, NodeProto } from './model-proto.ts';

interface NodeParts {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly ints?: Readonly<Record<string, number>>;
}

/** A node of the standard domain with integer attributes. It has no name: its first output names it as well. */
export function nodeProto({ opType, inputs, outputs, ints = {} }: NodeParts): NodeProto {
  const attributes = Object.entries(ints).map(([name, int]) => intAttribute(name, int));
  return { inputs, outputs, name: undefined, opType, attributes, domain: undefined, unknown: [] };
}

/** The integer attribute of a node, undefined where it has none of that name. */
export const intAttributeOf = (node: NodeProto, name: string): number | undefined =>
  node.attributes.find((attribute) => attribute.name === name)?.int;

const intAttribute = (name: string, int: number): AttributeProto => ({
  name,
  float: undefined,
  int,
  bytes: undefined,
  tensor: undefined,
  floats: [],
  ints: [],
  strings: [],
  // AttributeProto.AttributeType.INT
  type: 2,
  unknown: [],
});
