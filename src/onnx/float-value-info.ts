import type { ValueInfoProto } from './model-proto.ts';
import { tensorType } from './tensor.ts';

/** A dimension by its size, or by name where it is free. */
export type Dimension = number | string;

/** The declaration of an input or output of f32. */
export const floatValueInfo = (name: string, dims: readonly Dimension[]): ValueInfoProto => ({
  name,
  type: {
    tensor: {
      elementType: tensorType.float,
      shape: {
        dims: dims.map((dim) =>
          typeof dim === 'number'
            ? { value: dim, parameter: undefined, unknown: [] }
            : { value: undefined, parameter: dim, unknown: [] },
        ),
        unknown: [],
      },
      unknown: [],
    },
    unknown: [],
  },
  unknown: [],
});
