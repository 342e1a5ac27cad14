import type { AttributeProto } from './model-proto.ts';

/** The value of a node's attribute by its type. A bare number is an integer, the type of most attributes. */
export type AttributeValue =
  | number
  | { readonly float: number }
  | { readonly string: string }
  | { readonly floats: ArrayLike<number> }
  | { readonly ints: ArrayLike<number> }
  | { readonly strings: readonly string[] };

export function attributeProto(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return { ...emptyAttribute(name, attributeType.int), int: value };
  if ('float' in value) return { ...emptyAttribute(name, attributeType.float), float: value.float };
  if ('string' in value) return { ...emptyAttribute(name, attributeType.string), bytes: utf8(value.string) };
  if ('floats' in value)
    return { ...emptyAttribute(name, attributeType.floats), floats: Array.from(value.floats) };
  if ('ints' in value) return { ...emptyAttribute(name, attributeType.ints), ints: Array.from(value.ints) };
  return { ...emptyAttribute(name, attributeType.strings), strings: value.strings.map(utf8) };
}

/** `AttributeProto.AttributeType`. */
const attributeType = { float: 1, int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const emptyAttribute = (name: string, type: number): AttributeProto => ({
  name,
  float: undefined,
  int: undefined,
  bytes: undefined,
  tensor: undefined,
  floats: [],
  ints: [],
  strings: [],
  type,
  unknown: [],
});
