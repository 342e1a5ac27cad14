import type { StandardiserTables } from '../train/coarse/standardiser-tables.ts';
import type { TreeEnsemble } from '../train/trees/tree-ensemble.ts';
import type { AffineScale } from './affine-scale.ts';
import type { QuantizedLeaves } from './quantize-leaves.ts';

/**
 * A whole model as the numbers it is evaluated from, in f32, in int8, or part by part in either: what
 * `encode-tables.ts` makes bytes of, `evaluate-tables.ts` evaluates and `tables-graph.ts` turns into ONNX.
 * Every number that is not an integer is an exact f32.
 */
export interface ModelTables {
  /** Features of a row, at most 256. */
  readonly inputWidth: number;
  /** Each gives one score, in this order. */
  readonly heads: readonly HeadTables[];
}

/** score = sigmoid(Σ weight × logit of the member + offset), summed in f32 in the order of the members. */
export interface HeadTables {
  /** The inputs it looks at, by index. Everything below has this width and order. */
  readonly columns: Uint8Array;
  /** Dense members see z, trees see x. */
  readonly standardiser: StandardiserTables;
  readonly members: readonly MemberTables[];
  readonly offset: number;
}

export type MemberTables = { readonly weight: number } & (
  | { readonly kind: 'dense'; readonly layers: readonly DenseTables[] }
  | { readonly kind: 'trees'; readonly trees: TreeTables }
);

/** One layer: ReLU follows it, unless it is the member's last, which has one output. */
export interface DenseTables {
  readonly inputs: number;
  readonly outputs: number;
  readonly form: DenseForm;
}

export type DenseForm =
  | {
      readonly kind: 'f32';
      /** [inputs × outputs], row-major. */
      readonly weights: Float32Array;
      readonly bias: Float32Array;
    }
  | {
      readonly kind: 'int8';
      /** [inputs × outputs], row-major, symmetric. */
      readonly codes: Int8Array;
      /** One an output. */
      readonly scales: Float32Array;
      readonly arithmetic: DenseArithmetic;
    };

/**
 * `float`: codes × scale are multiplied as f32. `static` and `dynamic`: the input becomes 8-bit codes too, in a
 * range known beforehand or in that of the row at hand, and the products are summed in int32.
 */
export type DenseArithmetic =
  | { readonly kind: 'float'; readonly bias: Float32Array }
  | { readonly kind: 'dynamic'; readonly bias: Float32Array }
  | {
      readonly kind: 'static';
      readonly input: AffineScale;
      /** In units of fround(input scale × scale of the output). */
      readonly bias: Int32Array;
    };

export type TreeTables =
  | { readonly kind: 'f32'; readonly ensemble: TreeEnsemble }
  | { readonly kind: 'int8'; readonly leaves: QuantizedLeaves };
