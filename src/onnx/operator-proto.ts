import { type AttributeValue, attributeProto } from './attribute-proto.ts';
import type { NodeProto } from './model-proto.ts';

interface NodeParts {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Undefined: the standard one. */
  readonly domain?: string | undefined;
}

/** A node without a name: its first output names it as well. */
export function nodeProto({ opType, inputs, outputs, attributes = {}, domain }: NodeParts): NodeProto {
  return {
    inputs,
    outputs,
    name: undefined,
    opType,
    attributes: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
    domain,
    unknown: [],
  };
}

/** The integer attribute of a node, undefined where it has none of that name. */
export const intAttributeOf = (node: NodeProto, name: string): number | undefined =>
  node.attributes.find((attribute) => attribute.name === name)?.int;
