import type { AttributeProto, GraphProto, TensorProto } from './model-proto.ts';
import { fromTensorProto, tensorType } from './tensor.ts';

/**
 * What keeps a graph's constants from being known to be finite: a NaN or an infinity among them, a place they could
 * hide in that this codec does not read, or a type of float that it does not. Undefined where all are finite.
 *
 * @param graph from a decoded file, so that `unknown` holds the fields this codec does not read
 */
export function constantFault(graph: GraphProto): string | undefined {
  if (graph.unknown.some(isSparseInitializer))
    return 'the graph has sparse initializers, which are not read here';
  for (const tensor of graph.initializers) {
    const fault = tensorFault(`initializer ${tensor.name ?? ''}`, tensor);
    if (fault !== undefined) return fault;
  }
  for (const node of graph.nodes) {
    for (const attribute of node.attributes) {
      const fault = attributeFault(`${node.opType ?? ''} attribute ${attribute.name ?? ''}`, attribute);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

/** `TensorProto.DataType` of whole numbers and booleans, 4 bits wide ones included. */
const wholeTypes: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 9, 12, 13, 21, 22]);

function tensorFault(place: string, tensor: TensorProto): string | undefined {
  if (tensor.dataLocation) return `${place} lies outside the file`;
  if (wholeTypes.has(tensor.dataType ?? 0)) return undefined;
  if (tensor.dataType !== tensorType.float)
    return `${place} has type ${tensor.dataType}, which is not read here`;
  const read = fromTensorProto(tensor);
  if (!read.ok) return read.error;
  return read.value.values.every(Number.isFinite) ? undefined : `${place} is not finite`;
}

/** `AttributeProto.AttributeType`s that this codec reads whole, or that hold text. */
const readTypes: ReadonlySet<number> = new Set([1, 2, 3, 4, 6, 7, 8]);

function attributeFault(place: string, attribute: AttributeProto): string | undefined {
  if (!readTypes.has(attribute.type ?? 0))
    return `${place} has type ${attribute.type}, which is not read here`;
  if (attribute.tensor) return tensorFault(place, attribute.tensor);
  const floats = attribute.float === undefined ? attribute.floats : [attribute.float, ...attribute.floats];
  return floats.every(Number.isFinite) ? undefined : `${place} is not finite`;
}

/** `GraphProto.sparse_initializer`, field 15, length-delimited: the tag is one byte. */
const isSparseInitializer = (field: Uint8Array): boolean => field[0] === (15 << 3) + 2;
